/**
 * Lighthouse on the first page and an event's, as a phone sees them: `make lighthouse`.
 *
 * Asks a running system (`GUICHET_SITE`), takes the median of three runs of each page, and fails
 * below 95 in any of the four. A busy machine lowers the first figure, so let nothing else run.
 */
import process from "node:process";

import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const SITE = process.env.GUICHET_SITE ?? "http://localhost:8080";
const RUNS = Number(process.env.LIGHTHOUSE_RUNS ?? 3);
const SCORE_MIN = 95;
const SCORES = ["performance", "accessibility", "best-practices", "seo"];
const METRICS = [
  "first-contentful-paint",
  "largest-contentful-paint",
  "total-blocking-time",
  "cumulative-layout-shift",
  "total-byte-weight",
];

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

async function pages() {
  const answer = await fetch(`${SITE}/api/v1/events/public?per_page=1`);
  const { data } = await answer.json();
  return ["/", `/e/${data[0].id}`];
}

async function measure(port, path) {
  const runs = [];
  for (let run = 0; run < RUNS; run += 1) {
    const { lhr } = await lighthouse(SITE + path, { port, logLevel: "error" });
    runs.push(lhr);
  }
  return runs;
}

/** What costs points, in the last run. */
function faults({ audits, categories }) {
  return SCORES.flatMap((name) =>
    categories[name].auditRefs
      .filter(({ id, weight }) => weight > 0 && (audits[id].score ?? 1) < 0.9)
      .map(({ id }) => `${name}: ${audits[id].title} (${audits[id].displayValue ?? "no"})`),
  );
}

function report(path, runs) {
  const scores = SCORES.map((name) =>
    Math.round(100 * median(runs.map(({ categories }) => categories[name].score))),
  );
  const metrics = METRICS.map((name) =>
    median(runs.map(({ audits }) => audits[name].numericValue)),
  );
  const [painted, largest, blocked, shifted, weight] = metrics;
  console.log(`${path}  ${SCORES.map((name, at) => `${name} ${scores[at]}`).join(", ")}`);
  console.log(
    `  first paint ${Math.round(painted)} ms, largest ${Math.round(largest)} ms, blocked ` +
      `${Math.round(blocked)} ms, shift ${shifted.toFixed(3)}, ${Math.round(weight / 1000)} kB`,
  );
  for (const fault of faults(runs.at(-1))) console.log(`  ${fault}`);
  return Math.min(...scores);
}

const chrome = await launch({
  chromePath: process.env.GUICHET_CHROMIUM ?? "/usr/bin/chromium",
  // A browser does not start its own sandbox as root; it only sees pages of ours.
  chromeFlags: ["--headless=new", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
});
try {
  let lowest = 100;
  for (const path of await pages()) {
    lowest = Math.min(lowest, report(path, await measure(chrome.port, path)));
  }
  process.exitCode = lowest < SCORE_MIN ? 1 : 0;
} finally {
  chrome.kill();
}
