/**
 * A real browser against the running system.
 *
 * `GUICHET_SITE` names the site, `GUICHET_CHROMIUM` the browser; pytest sets both (tests/browser).
 * Every page that is opened here is watched: what it logs as an error, which answers failed, how
 * far things moved while it loaded. `look` judges it with axe and keeps a picture of it.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import {
  type Browser,
  type BrowserContext,
  chromium,
  type Page,
  type Request,
} from "playwright-core";

export const SITE = process.env.GUICHET_SITE ?? "http://localhost:8080";
const RESULTS = fileURLToPath(new URL("../../test-results", import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf-8");
const SHIFT_MAX = 0.05;
const REST_MILLISECONDS = 400;
const SETTLING_MILLISECONDS_MAX = 60_000;
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export interface Surroundings {
  width?: 1280 | 360;
  language?: "fr" | "en";
  scheme?: "light" | "dark";
}

/** Every surrounding in which a page has to look right. */
export const SURROUNDINGS: Required<Surroundings>[] = [
  { width: 1280, language: "fr", scheme: "light" },
  { width: 360, language: "fr", scheme: "dark" },
  { width: 1280, language: "en", scheme: "dark" },
  { width: 360, language: "en", scheme: "light" },
];

/** Start the browser, with these arguments of its own besides. */
export async function launch(more: string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.GUICHET_CHROMIUM ?? "/usr/bin/chromium",
    // A browser does not start its own sandbox as root; it only sees pages of ours.
    args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), ...more],
  });
}

export class Visit {
  readonly errors: string[] = [];
  readonly page: Page;
  readonly context: BrowserContext;
  private readonly surroundings: Required<Surroundings>;
  private readonly open = new Set<Request>();
  private changedAt = Date.now();

  private constructor(page: Page, surroundings: Required<Surroundings>) {
    this.page = page;
    this.context = page.context();
    this.surroundings = surroundings;
    page.on("console", (message) => {
      if (message.type() === "error") this.errors.push(message.text());
    });
    page.on("pageerror", (error) => this.errors.push(String(error)));
    this.watchRequests();
  }

  /** Note what is being loaded; a stream is never through, and nobody waits for it. */
  private watchRequests(): void {
    const end = (request: Request) => {
      if (this.open.delete(request)) this.changedAt = Date.now();
    };
    this.page.on("request", (request) => {
      if (!request.headers().accept?.includes("text/event-stream")) this.open.add(request);
    });
    this.page.on("requestfinished", end);
    this.page.on("requestfailed", end);
  }

  /** Begin a visit: a browser that nobody has used yet. */
  static async begin(browser: Browser, wanted: Surroundings = {}): Promise<Visit> {
    const surroundings = { width: 1280, language: "fr", scheme: "light", ...wanted } as const;
    const { width, language, scheme } = surroundings;
    const context = await browser.newContext({
      baseURL: SITE,
      viewport: { width, height: width === 360 ? 740 : 800 },
      locale: language === "fr" ? "fr-FR" : "en-GB",
      timezoneId: "Europe/Paris",
      colorScheme: scheme,
      reducedMotion: "reduce",
    });
    context.setDefaultTimeout(60_000);
    await context.addInitScript(watchShifts);
    return new Visit(await context.newPage(), surroundings);
  }

  async go(path: string): Promise<void> {
    await this.page.goto(path);
    await this.settled();
  }

  /** Wait until the page has its title and nothing is loading any more, streams aside. */
  async settled(): Promise<void> {
    await this.page.locator("#content h1").first().waitFor();
    const end = Date.now() + SETTLING_MILLISECONDS_MAX;
    while (this.open.size > 0 || Date.now() - this.changedAt < REST_MILLISECONDS) {
      assert.ok(Date.now() < end, `${this.page.url()} does not come to rest`);
      await this.page.waitForTimeout(50);
    }
  }

  /** Judge what is shown and keep a picture of it under that name. */
  async look(name: string): Promise<void> {
    await this.settled();
    const { width, language, scheme } = this.surroundings;
    mkdirSync(RESULTS, { recursive: true });
    const path = `${RESULTS}/${name}-${width}-${language}-${scheme}.png`;
    await this.page.screenshot({ path, fullPage: true });
    assert.deepEqual(await this.violations(), [], `axe finds fault with ${name}`);
    assert.equal(await this.overflow(), 0, `${name} is wider than the screen`);
    assert.equal(await this.page.locator("html").getAttribute("lang"), language);
    const shift = await this.page.evaluate(() => (window as never as { shift: number }).shift);
    assert.ok(shift <= SHIFT_MAX, `${name} moves while it loads: ${shift}`);
  }

  /** Sign in by the form. */
  async signIn(email: string, password = "password"): Promise<void> {
    await this.go("/sign-in");
    await this.page.locator("input[name=email]").fill(email);
    await this.page.locator("input[name=password]").fill(password);
    await this.page.locator("form button[type=submit]").click();
    await this.page.waitForURL((url) => url.pathname !== "/sign-in");
  }

  /** End the visit; whatever the browser complained about fails it. */
  async end(allowed: RegExp[] = []): Promise<void> {
    await this.context.close();
    const unexpected = this.errors.filter((error) => !allowed.some((known) => known.test(error)));
    assert.deepEqual(unexpected, [], "errors in the browser's console");
  }

  private async violations(): Promise<string[]> {
    await this.page.evaluate(AXE);
    return this.page.evaluate(async (rules) => {
      const axe = (window as never as { axe: { run: (o: object) => Promise<never> } }).axe;
      const found: { violations: { id: string; impact: string; nodes: { html: string }[] }[] } =
        await axe.run({ runOnly: rules });
      return found.violations.map(
        ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(" | ")}`,
      );
    }, RULES);
  }

  private overflow(): Promise<number> {
    return this.page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return Math.max(0, scrollWidth - clientWidth);
    });
  }
}

/** Add up how far things moved without anybody having touched the page. */
function watchShifts(): void {
  const seen = window as never as { shift: number };
  seen.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as never as {
      value: number;
      hadRecentInput: boolean;
    }[]) {
      if (!entry.hadRecentInput) seen.shift += entry.value;
    }
  }).observe({ type: "layout-shift", buffered: true });
}

/** Ask the system's API directly, to prepare what a journey needs. */
export async function ask<T>(
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<T> {
  const answer = await fetch(`${SITE}/api/v1${path}`, {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
  return (await answer.json()) as T;
}
