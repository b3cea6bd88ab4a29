/** Let the browser draw and answer what was touched before the work goes on. */
export function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Once there is nothing more urgent to do; at the latest after that long. */
export function leisure(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    // Safari has no such call.
    if (typeof requestIdleCallback === "undefined") setTimeout(resolve, milliseconds);
    else requestIdleCallback(() => resolve(), { timeout: milliseconds });
  });
}
