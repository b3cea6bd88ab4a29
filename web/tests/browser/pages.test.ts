/** Every public page, at both widths, in both languages, by day and by night. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";

import type { Browser } from "playwright-core";

import { aHold, anEvent, eventually, type MadeEvent, type MadeHold } from "./doings.ts";
import { launch, SITE, SURROUNDINGS, Visit } from "./harness.ts";

let browser: Browser;
let event: MadeEvent;
let hold: MadeHold;

before(async () => {
  browser = await launch();
  event = await anEvent({
    title: "Nuit blanche au bord de l’eau",
    description: "Trois scènes et une guinguette.\n\nOuverture des portes à 18 h.",
    speakers: [{ name: "Fanfare de démonstration", topic: "Ouverture", speaking_time: "18:30" }],
    sponsors: [{ name: "Radio de démonstration", tier: "gold", type: "main" }],
  });
});
after(() => browser.close());

const PAGES: [name: string, path: () => string, allowed?: RegExp[]][] = [
  ["home", () => "/"],
  ["home-nothing-found", () => "/?q=xyzxyz"],
  ["event", () => `/e/${event.id}`],
  ["pay", () => `/checkout/${hold.id}`],
  ["sign-in", () => "/sign-in"],
  ["register", () => "/register"],
  ["forgot-password", () => "/forgot-password"],
  ["reset-password", () => "/reset-password#token=x"],
  ["verify-email", () => "/verify-email", []],
  ["order-not-mine", () => "/my/orders/AAAA-AAAA", [/status of 40[14]/]],
  ["not-found", () => "/nowhere"],
];

for (const surroundings of SURROUNDINGS) {
  describe(Object.values(surroundings).join(", "), () => {
    // A hold ends after ten minutes: one for all of them might not be there any more.
    before(async () => {
      hold = await aHold();
    });
    for (const [name, path, allowed] of PAGES) {
      test(name, async () => {
        const visit = await Visit.begin(browser, surroundings);
        await visit.go(path());
        await visit.look(name);
        await visit.end(allowed);
      });
    }
  });
}

test("the switch changes the language and keeps what was chosen", async () => {
  const visit = await Visit.begin(browser);
  const { page } = visit;
  await visit.go(`/e/${event.id}`);
  await page.getByRole("button", { name: /Une place de plus/ }).click();
  await page.getByRole("button", { name: "EN – Read in English" }).click();
  await page.getByRole("button", { name: "Keep my place" }).waitFor();
  await page.reload();
  await page.getByRole("button", { name: "Choose your places" }).waitFor();
  await visit.end();
});

test("day turns into night, and stays so at the next visit", async () => {
  const visit = await Visit.begin(browser);
  const { page } = visit;
  await visit.go("/");
  const scheme = () => page.locator("html").getAttribute("data-mantine-color-scheme");
  await page.getByRole("button", { name: "Passer en mode sombre" }).click();
  assert.equal(await scheme(), "dark");
  await page.reload();
  assert.equal(await scheme(), "dark");
  await visit.end();
});

test("signing in, a reload and signing out", async () => {
  const visit = await Visit.begin(browser);
  const { page } = visit;
  await visit.signIn("user@example.com");
  const menu = page.getByRole("button", { name: "Votre compte" });
  await menu.waitFor();
  await page.reload();
  await menu.click();
  await page.getByRole("menuitem", { name: "Se déconnecter" }).click();
  await page.getByRole("link", { name: "Se connecter" }).waitFor();
  await page.reload();
  await page.getByRole("link", { name: "Se connecter" }).waitFor();
  await visit.end();
});

test("the pages at the port of their own work the same", async () => {
  const visit = await Visit.begin(browser);
  const own = new URL(SITE);
  own.port = String(Number(own.port) - 8080 + 3000);
  await visit.page.goto(`${own.origin}/e/${event.id}`);
  await visit.page.getByRole("heading", { name: event.title }).waitFor();
  await visit.end();
});

test("the policy lets no script in that is not a file of ours", async () => {
  const answer = await fetch(SITE);
  const policy = answer.headers.get("Content-Security-Policy") ?? "";
  const scripts = policy.match(/script-src ([^;]*)/)?.[1] ?? "";
  // WebAssembly is let in for the door's scanner; evaluating text as a script is not.
  assert.ok(!scripts.includes("'unsafe-inline'") && !scripts.includes("'unsafe-eval'"), scripts);
  const html = await answer.text();
  // Data for the app stand there too, which no browser runs.
  const written = /<script(?![^>]*(?:\bsrc=|type="application\/json"))[^>]*>/;
  assert.ok(!written.test(html), "a script stands in the page");
  assert.match(answer.headers.get("Permissions-Policy") ?? "", /camera=\(self\)/);
});

/**
 * A page as nginx sends it, with its head: that is left out while the service that writes it takes
 * its time, so it is asked for until `mark` stands in it.
 */
async function pageWithHead(path: string, mark: RegExp, headers: Record<string, string> = {}) {
  return eventually(async () => {
    const answer = await fetch(SITE + path, { headers });
    const html = await answer.text();
    assert.match(html, mark);
    return { answer, html };
  });
}

test("an event's page has its head for those who run no script", async () => {
  const title = `</title><script>alert("${"x".repeat(3)}")</script> & <b>`;
  const nasty = await anEvent({ title });
  const { answer, html } = await pageWithHead(`/e/${nasty.id}`, /rel="canonical"/, {
    "Accept-Language": "fr",
  });
  assert.match(answer.headers.get("Content-Security-Policy") ?? "", /script-src 'self'/);
  assert.equal(answer.headers.get("Cache-Control"), "no-cache");
  assert.ok(html.includes("<title>&lt;/title&gt;&lt;script&gt;"));
  assert.equal(html.match(/<title>/g)?.length, 1);
  assert.ok(!html.includes("alert(&quot;xxx&quot;)</script>") && !html.includes('alert("xxx")'));
  assert.match(html, new RegExp(`<link rel="canonical" href="[^"]+/e/${nasty.id}"`));
  assert.match(html, /property="og:image" content="http/);
  assert.match(html, /application\/ld\+json/);
  const visit = await Visit.begin(browser);
  await visit.go(`/e/${nasty.id}`);
  assert.equal(await visit.page.title(), `${title} · Guichet`);
  await visit.page.getByRole("link", { name: "Événements" }).click();
  await visit.page.getByRole("heading", { name: "À l’affiche" }).waitFor();
  assert.equal(await visit.page.locator("link[rel=canonical]").count(), 0);
  await visit.end();
});

test("without any script, the essentials are there", async () => {
  const context = await browser.newContext({ baseURL: SITE, javaScriptEnabled: false });
  const page = await context.newPage();
  // nginx leaves out what the service is late to write: then the page is asked for again.
  await eventually(async () => {
    await page.goto(`/e/${event.id}`);
    assert.equal(await page.getByRole("heading", { name: event.title }).count(), 1);
  });
  await eventually(async () => {
    await page.goto("/");
    assert.ok((await page.getByRole("heading", { level: 1 }).count()) > 0);
    assert.ok((await page.getByRole("listitem").count()) > 0);
  });
  await context.close();
});

test("drafts and what is not there are not to be found", async () => {
  const draft = await anEvent({ title: "Encore secret", status: "draft" });
  for (const path of [`/e/${draft.id}`, "/e/99999999"]) {
    const { html } = await pageWithHead(path, /name="robots" content="noindex"/);
    assert.ok(!html.includes("Encore secret"));
    assert.match(html, /<div id="root"/);
  }
  await pageWithHead("/", /property="og:description"/);
  assert.equal((await fetch(`${SITE}/page-head/events/head`)).status, 404);
});

const SCRIPT_KILOBYTES_MAX = 200;

test("what a visitor loads before the first page is small, and asked of no service", async () => {
  for (const path of ["/", `/e/${event.id}`]) {
    // The answers come with the page itself, unless the service was late to write them.
    const asked = await eventually(async () => {
      const names = await askedBy(path);
      assert.deepEqual(names.filter(isAnswer), []);
      return names;
    });
    const files = asked.filter((name) => /^\/assets\/.*\.js$/.test(name));
    const sizes = await Promise.all([...new Set(files)].map(compressedSize));
    const kilobytes = sizes.reduce((sum, size) => sum + size, 0) / 1000;
    assert.ok(files.length > 0 && kilobytes <= SCRIPT_KILOBYTES_MAX, `${path}: ${kilobytes} kB`);
  }
});

/** The addresses that a first visit to a page asks for. */
async function askedBy(path: string): Promise<string[]> {
  const visit = await Visit.begin(browser);
  const asked: string[] = [];
  visit.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await visit.go(path);
  await visit.end();
  return asked;
}

function isAnswer(name: string): boolean {
  return /^\/api\/.*(public|categories|events\/\d+)$/.test(name);
}

async function compressedSize(name: string): Promise<number> {
  const answer = await fetch(SITE + name);
  assert.match(answer.headers.get("Cache-Control") ?? "", /immutable/);
  return gzipSync(Buffer.from(await answer.arrayBuffer())).length;
}
