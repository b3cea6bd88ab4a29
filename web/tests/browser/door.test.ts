/** The door: a code before the camera, a number typed, a name searched, an admission taken back. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { anEvent, bearer, buy, eventually, type MadeEvent } from "./doings.ts";
import { ask, launch, SITE, SURROUNDINGS, Visit } from "./harness.ts";

const BUYER = "user@example.com";
const CARD = { card_number: "4242 4242 4242 4242", expiry: "12/34", cvv: "123" };
const FRAMES = 5;

let browser: Browser;
let folder: string;
before(async () => {
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), "guichet-door-"));
});
after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

interface Ticket {
  id: number;
  ticket_number: string;
}

/** Tickets that the demo account has bought. */
async function tickets(event: MadeEvent, quantity: number): Promise<Ticket[]> {
  const body = {
    event_id: event.id,
    items: [{ ticket_type_id: event.ticket_types[0]?.id, quantity }],
    payment: CARD,
  };
  return (await buy<{ tickets: Ticket[] }>(body, await bearer(BUYER))).tickets;
}

/** A film of a ticket's QR code as a phone would show it, for a browser's pretended camera. */
async function filmOf(ticket: Ticket): Promise<string> {
  const answer = await fetch(`${SITE}/api/v1/tickets/${ticket.id}/qr.svg`, {
    headers: await bearer(BUYER),
  });
  const page = await browser.newPage({ viewport: { width: 640, height: 480 } });
  const code = Buffer.from(await answer.arrayBuffer()).toString("base64");
  await page.setContent(
    `<body style="margin:40px 120px;background:#fff"><img width="400" height="400"
      src="data:image/svg+xml;base64,${code}" alt="">`,
  );
  await page.locator("img").evaluate((image: HTMLImageElement) => image.decode());
  const picture = await page.screenshot({ type: "jpeg", quality: 90 });
  await page.close();
  const file = join(folder, `${ticket.id}.mjpeg`);
  writeFileSync(file, Buffer.concat(Array.from({ length: FRAMES }, () => picture)));
  return file;
}

/**
 * Note every answer that fills the screen, since the green ones go by themselves, and at whatever
 * moment. Returns how to wait until there are so many, and read them.
 */
async function noteAnswers(page: Page): Promise<(count: number) => Promise<string[]>> {
  await page.addInitScript(() => {
    const answers: string[] = [];
    (window as never as { answers: string[] }).answers = answers;
    new MutationObserver((changes) => {
      for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
        if (node instanceof HTMLElement && node.matches("[role=alert][data-tone]"))
          answers.push(node.querySelector("p")?.textContent ?? "");
      }
    }).observe(document, { childList: true, subtree: true });
  });
  return async (count) => {
    const found = await page.waitForFunction((wanted) => {
      const { answers } = window as never as { answers: string[] };
      return answers.length >= wanted && answers;
    }, count);
    return (await found.jsonValue()) as string[];
  };
}

test("an operator scans a ticket once, types another and finds a third by its name", async () => {
  const event = await anEvent({ title: "Bal de la Saint-Jean" });
  const [first, second, third] = await tickets(event, 3);
  assert.ok(first && second && third);
  const camera = await launch([
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-video-capture=${await filmOf(first)}`,
  ]);
  try {
    const visit = await Visit.begin(camera, { width: 360 });
    const { page } = visit;
    const answers = await noteAnswers(page);
    await visit.signIn("operator@example.com");
    // By the page's clock the code is never out of view, however long its decoder is held up.
    await page.clock.setFixedTime(new Date());
    await page.goto(`/door/${event.id}`);
    assert.deepEqual(await answers(1), ["Entrez"]);
    await page.getByText("1 entrés sur 3").waitFor();
    await page.getByText("Entrez", { exact: true }).waitFor({ state: "detached" });
    // It still lies before the camera, and is not asked about a second time.
    for (let look = 0; look < 2; look += 1) await page.waitForResponse(/\/door$/);
    await page.getByText("Saisir", { exact: true }).click();
    assert.deepEqual(await answers(1), ["Entrez"]);
    await page.getByLabel("Votre entrée").fill("Porte A");
    await page.getByLabel("Numéro du billet").fill(second.ticket_number);
    await page.getByRole("button", { name: "Contrôler" }).click();
    assert.deepEqual(await answers(2), ["Entrez", "Entrez"]);
    await visit.look("door-admitted");
    await page.getByText("2 entrés sur 3").waitFor();

    await page.getByLabel("Numéro du billet").fill("TKT-22222222");
    await page.getByRole("button", { name: "Contrôler" }).click();
    await page.getByText("Pas un de nos billets", { exact: true }).waitFor();
    await visit.look("door-unknown");
    await page.getByRole("button", { name: "Billet suivant" }).click();

    await page.getByText("Chercher", { exact: true }).first().click();
    await page.getByLabel("Nom, commande ou numéro").fill(third.ticket_number);
    await page.getByRole("button", { name: "Chercher" }).click();
    await page.getByRole("button", { name: "Faire entrer" }).click();
    assert.equal((await answers(4)).at(-1), "Entrez");
    await page.getByText("3 entrés sur 3").waitFor();

    // Back before the camera: now it is a second time, and the answer says when the first was.
    await page.getByText("Scanner", { exact: true }).click();
    await page.getByText("Déjà utilisé", { exact: true }).waitFor();
    await page.getByText(/^Le \d/).waitFor();
    await visit.look("door-used");
    // Refusals are answers of the API, which browsers call errors.
    await visit.end([/409|404/]);
  } finally {
    await camera.close();
  }
});

test("a supervisor takes an admission back, and says why", async () => {
  const event = await anEvent({ title: "Lecture à voix haute" });
  const [ticket] = await tickets(event, 1);
  assert.ok(ticket);
  const operator = await bearer("operator@example.com");
  await ask("POST", `/tickets/${ticket.id}/validate`, {}, operator);
  const visit = await Visit.begin(browser);
  const { page } = visit;
  await visit.signIn("eventcreator@example.com");
  await visit.go(`/door/${event.id}`);
  await page.getByText("Chercher", { exact: true }).first().click();
  await page.getByLabel("Nom, commande ou numéro").fill(ticket.ticket_number);
  await page.getByRole("button", { name: "Chercher" }).click();
  await page.getByRole("button", { name: "Annuler l’entrée" }).click();
  await page.getByLabel("Raison").fill("Ressorti chercher un enfant");
  await visit.look("door-undo");
  await page.getByRole("dialog").getByRole("button", { name: "Annuler l’entrée" }).click();
  await page.getByText("valable").waitFor();
  await page.getByText("0 entrés sur 1").waitFor();
  await visit.end();
});

for (const surroundings of SURROUNDINGS) {
  test(`the door without a camera, ${Object.values(surroundings).join(" ")}`, async () => {
    const event = await anEvent({ title: "Grand concert des conservatoires du Rhône" });
    const visit = await Visit.begin(browser, surroundings);
    await visit.signIn("operator@example.com");
    await visit.go("/door");
    await visit.look("door-events");
    const operator = await bearer("operator@example.com");
    await eventually(() => ask("GET", `/tickets/events/${event.id}/door`, undefined, operator));
    await visit.go(`/door/${event.id}`);
    await visit.look("door-no-camera");
    await visit.end();
  });
}
