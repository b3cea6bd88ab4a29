import type { QueryClient } from "@tanstack/react-query";

/** However slow the answers are, the app is shown after that long, with what it has. */
const WAIT_MILLISECONDS_MAX = 3000;

/** Whether the essentials of its page came with it: then there is no hurry to show the rest. */
export function hasPreview(): boolean {
  return document.querySelector("#preview h1") !== null;
}

/**
 * Show the app in place of the preview that came with the page, once it shows as much: its page is
 * there and what that asked for has come.
 */
export function takeOver(place: HTMLElement, queryClient: QueryClient): Promise<void> {
  const end = performance.now() + WAIT_MILLISECONDS_MAX;
  const hasWords = hasPreview();
  return new Promise((resolve) => {
    const look = () => {
      // Without words of its own a page may as well show that it is loading.
      const isThere = place.querySelector(hasWords ? "#content" : "header") !== null;
      const isWaiting = !isThere || (hasWords && queryClient.isFetching() > 0);
      if (isWaiting && performance.now() < end) {
        requestAnimationFrame(look);
        return;
      }
      document.getElementById("preview")?.remove();
      place.hidden = false;
      resolve();
    };
    requestAnimationFrame(look);
  });
}
