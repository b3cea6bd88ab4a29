/**
 * What the page itself loads: the styles of what is seen first, and then, behind it, the app.
 *
 * On a phone the line is narrow: title and picture have it to themselves until they are seen.
 */
import "@fontsource-variable/instrument-sans/wght.css";
import "./ui/theme.css";
import "./ui/preview.css";

import { firstSight } from "./app/firstSight";
import { breath } from "./app/pace";

async function start(): Promise<void> {
  await firstSight();
  // Loaded all at once and each run as it comes, not all of them in one go at the end.
  const pieces = [import("react-dom/client"), import("./app/frame")];
  const main = import("./main");
  await Promise.all(pieces);
  const { showApp } = await main;
  await breath();
  await showApp();
}

void start();
