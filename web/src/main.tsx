import "@fontsource-variable/instrument-sans/wght.css";
import "./ui/theme.css";
import "./ui/preview.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createBrowserRouter, RouterProvider } from "react-router";

import { newQueryClient } from "./api/queryClient";
import { answerIn } from "./api/request";
import { startsWithSession } from "./api/session";
import { keepForOffline } from "./app/offline";
import { Providers } from "./app/Providers";
import { takeOver } from "./app/preview";
import { routes } from "./app/routes";
import { currentLanguage, startTexts } from "./i18n";

async function start(): Promise<void> {
  const place = document.getElementById("root");
  if (place === null) throw new Error("the page has no #root");
  answerIn(currentLanguage);
  void startsWithSession();
  // Most of the styles, for which the preview need not wait.
  await Promise.all([startTexts(), import("@mantine/core/styles.layer.css")]);
  const router = createBrowserRouter(routes);
  const queryClient = newQueryClient();
  createRoot(place).render(
    <StrictMode>
      <Providers queryClient={queryClient}>
        <RouterProvider router={router} />
      </Providers>
    </StrictMode>,
  );
  takeOver(place, queryClient);
}

void start();
if (import.meta.env.PROD) void keepForOffline();
