/** Start the service worker of `public/sw.js`, and tell it what was loaded before it was there. */
export async function keepForOffline(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("/sw.js");
    const { active } = await navigator.serviceWorker.ready;
    const loaded = performance.getEntriesByType("resource").map(({ name }) => new URL(name));
    const own = loaded.filter(({ origin }) => origin === location.origin);
    active?.postMessage(own.map(({ pathname }) => pathname));
  } catch {
    // A browser that forbids it, in a private window for example, works online all the same.
  }
}
