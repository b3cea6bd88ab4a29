import "@mantine/core/styles.css";
import "@fontsource-variable/instrument-sans/wght.css";
import "./ui/theme.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createBrowserRouter, RouterProvider } from "react-router";

import { newQueryClient } from "./api/queryClient";
import { answerIn } from "./api/request";
import { startsWithSession } from "./api/session";
import { keepForOffline } from "./app/offline";
import { Providers } from "./app/Providers";
import { routes } from "./app/routes";
import { currentLanguage, startTexts } from "./i18n";

async function start(): Promise<void> {
  const place = document.getElementById("root");
  if (place === null) throw new Error("the page has no #root");
  answerIn(currentLanguage);
  void startsWithSession();
  await startTexts();
  const router = createBrowserRouter(routes);
  createRoot(place).render(
    <StrictMode>
      <Providers queryClient={newQueryClient()}>
        <RouterProvider router={router} />
      </Providers>
    </StrictMode>,
  );
}

void start();
if (import.meta.env.PROD) void keepForOffline();
