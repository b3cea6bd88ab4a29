import { StrictMode, startTransition } from "react";
import { createRoot } from "react-dom/client";
import { createBrowserRouter, RouterProvider } from "react-router";

import { newQueryClient } from "./api/queryClient";
import { answerIn } from "./api/request";
import { startsWithSession } from "./api/session";
import { takeFirstAnswers } from "./app/firstAnswers";
import { keepForOffline } from "./app/offline";
import { Providers } from "./app/Providers";
import { breath, leisure } from "./app/pace";
import { hasPreview, takeOver } from "./app/preview";
import { routes } from "./app/routes";
import { currentLanguage, startTexts } from "./i18n";
import { warmFormats } from "./i18n/format";

const OFFLINE_WAITS_MILLISECONDS_MAX = 5000;

/**
 * Draw the app and put it in the place of what came with the page.
 *
 * In steps with a breath between them, and drawn once, with all that its page needs: on a phone
 * each step takes many times as long as here, and nothing that is touched meanwhile is answered.
 */
export async function showApp(): Promise<void> {
  const place = document.getElementById("root");
  if (place === null) throw new Error("the page has no #root");
  answerIn(currentLanguage);
  void startsWithSession();
  // Most of the styles, for which the preview need not wait.
  const styles = import("@mantine/core/styles.layer.css");
  await startTexts();
  await breath();
  warmFormats(currentLanguage());
  await breath();
  const queryClient = newQueryClient();
  takeFirstAnswers(queryClient);
  await breath();
  const router = createBrowserRouter(routes);
  await Promise.all([styles, hasPreview() && ready(router)]);
  await breath();
  // A transition is drawn in slices, the first drawing of a page is not.
  startTransition(() =>
    createRoot(place).render(
      <StrictMode>
        <Providers queryClient={queryClient}>
          <RouterProvider router={router} />
        </Providers>
      </StrictMode>,
    ),
  );
  await takeOver(place, queryClient);
  await leisure(OFFLINE_WAITS_MILLISECONDS_MAX);
  if (import.meta.env.PROD) await keepForOffline();
}

/** Resolves once the page of this address and its texts are loaded. */
function ready(router: ReturnType<typeof createBrowserRouter>): Promise<void> {
  return new Promise((resolve) => {
    if (router.state.initialized) return resolve();
    const stop = router.subscribe(({ initialized }) => {
      if (!initialized) return;
      stop();
      resolve();
    });
  });
}
