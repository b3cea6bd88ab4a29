/** However slow the picture is, the app is loaded after that long. */
const WAIT_MILLISECONDS_MAX = 1500;

/** Resolves once the preview that came with the page has been drawn, with its large picture. */
export function firstSight(): Promise<void> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, WAIT_MILLISECONDS_MAX));
  return Promise.race([drawn(), late]);
}

async function drawn(): Promise<void> {
  // A page in the background is drawn when somebody looks at it, and shall be there by then.
  if (document.hidden) return;
  await frame();
  const picture = document.querySelector<HTMLImageElement>("#preview img");
  if (picture === null) return;
  // One that cannot be shown is not worth waiting for.
  await picture.decode().catch(() => undefined);
  await frame();
}

/** Until the next frame is on the screen. */
function frame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
