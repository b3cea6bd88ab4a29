import type { QueryClient } from "@tanstack/react-query";

/** However slow the answers are, the app is shown after that long, with what it has. */
const WAIT_MILLISECONDS_MAX = 3000;

/**
 * Show the app in place of the preview that came with the page, once it shows as much: its page is
 * there and what that asked for has come.
 */
export function takeOver(place: HTMLElement, queryClient: QueryClient): void {
  const preview = document.getElementById("preview");
  const end = performance.now() + WAIT_MILLISECONDS_MAX;
  const hasWords = preview?.querySelector("h1") !== null;
  const look = () => {
    const isThere = place.querySelector("#content") !== null;
    const isWaiting = hasWords && (!isThere || queryClient.isFetching() > 0);
    if (isWaiting && performance.now() < end) {
      requestAnimationFrame(look);
      return;
    }
    preview?.remove();
    place.hidden = false;
  };
  requestAnimationFrame(look);
}
