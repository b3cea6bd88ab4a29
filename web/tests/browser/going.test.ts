/** Somebody who has bought: the ticket in the hand, without a network too, given back, one's data. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import type { Browser } from "playwright-core";

import { anEvent, buy, mailTo, newEmail } from "./doings.ts";
import { ask, launch, SITE, SURROUNDINGS, Visit } from "./harness.ts";

const PASSWORD = "un long mot de passe";
const CARD = { card_number: "4242 4242 4242 4242", expiry: "12/30", cvv: "123" };

interface Buyer {
  email: string;
  token: string;
  ticketId: number;
  orderCode: string;
}

let browser: Browser;
let seen: Buyer;

before(async () => {
  browser = await launch();
  seen = await aBuyer();
});
after(() => browser.close());

/** A new account with one ticket of a new event. */
async function aBuyer(): Promise<Buyer> {
  const email = newEmail();
  const { token } = await ask<{ token: string }>("POST", "/auth/register", {
    name: "Camille Martin",
    email,
    password: PASSWORD,
    password_confirmation: PASSWORD,
    language: "fr",
  });
  const event = await anEvent();
  const bought = await buy<{ order: { code: string }; tickets: { id: number }[] }>(
    { event_id: event.id, quantity: 1, payment: CARD },
    { Authorization: `Bearer ${token}` },
  );
  const [ticket] = bought.tickets;
  assert.ok(ticket, "the purchase gave a ticket");
  return { email, token, ticketId: ticket.id, orderCode: bought.order.code };
}

async function aVisitOf(buyer: Buyer, surroundings = {}): Promise<Visit> {
  const visit = await Visit.begin(browser, surroundings);
  await visit.signIn(buyer.email, PASSWORD);
  return visit;
}

const PAGES: [name: string, path: () => string][] = [
  ["my-tickets", () => "/my/tickets"],
  ["my-tickets-past", () => "/my/tickets?show=past"],
  ["my-ticket", () => `/my/tickets/${seen.ticketId}`],
  ["my-orders", () => "/my/orders"],
  ["my-order", () => `/my/orders/${seen.orderCode}`],
  ["my-inbox", () => "/my/inbox"],
  ["my-profile", () => "/my/profile"],
  ["my-security", () => "/my/security"],
  ["my-preferences", () => "/my/preferences"],
  ["my-data", () => "/my/data"],
];

for (const surroundings of SURROUNDINGS) {
  test(`one's own pages: ${Object.values(surroundings).join(", ")}`, async () => {
    const visit = await aVisitOf(seen, surroundings);
    for (const [name, path] of PAGES) {
      await visit.go(path());
      await visit.look(name);
    }
    await visit.end();
  });
}

test("the ticket shows its code without a network, after a reload too", async () => {
  const visit = await aVisitOf(seen, { width: 360 });
  const { page } = visit;
  await visit.go("/my/tickets");
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await visit.go("/my/tickets");
  await visit.go(`/my/tickets/${seen.ticketId}`);
  const code = page.getByRole("img", { name: /QR code du billet/ });
  await code.waitFor();
  await visit.context.setOffline(true);
  await page.reload();
  await code.waitFor();
  assert.ok((await code.evaluate((image) => (image as HTMLImageElement).naturalWidth)) > 0);
  await page.goto("/my/tickets");
  await page.getByRole("link", { name: /^.*Concert .*TKT-/ }).waitFor();
  await visit.context.setOffline(false);
  await visit.end([/ERR_INTERNET_DISCONNECTED|Failed to load resource|Failed to fetch/]);
});

test("the event goes into the calendar as a file", async () => {
  const visit = await aVisitOf(seen);
  const { page } = visit;
  await visit.go(`/my/tickets/${seen.ticketId}`);
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Fichier ICS" }).click();
  const text = readFileSync(await (await downloading).path(), "utf-8");
  assert.match(text, /^BEGIN:VCALENDAR/);
  assert.match(text, /DTSTART/);
  await visit.end();
});

test("a ticket is given back, and what returns is said before", async () => {
  const buyer = await aBuyer();
  const visit = await aVisitOf(buyer, { width: 360 });
  const { page } = visit;
  await visit.go(`/my/tickets/${buyer.ticketId}`);
  await page.getByText("Vous serez remboursé de").waitFor();
  await page.getByRole("button", { name: "Annuler ce billet" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("20,00").first().waitFor();
  await dialog.getByRole("button", { name: /^Annuler et recevoir 20,00/ }).click();
  await page.getByText("Billet annulé.").waitFor();
  await visit.look("my-ticket-cancelled");
  await visit.go("/my/tickets?show=cancelled");
  await page.getByText("Annulé", { exact: true }).first().waitFor();
  await mailTo(buyer.email, "20,00");
  await visit.end();
});

test("one's data come as a file, and the account's language is one's own", async () => {
  const buyer = await aBuyer();
  const visit = await aVisitOf(buyer);
  const { page } = visit;
  await visit.go("/my/data");
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Télécharger mes données" }).click();
  const held = readFileSync(await (await downloading).path(), "utf-8");
  assert.ok(held.includes(buyer.email), "the file holds the account");
  assert.ok(!held.includes(PASSWORD));
  await visit.go("/my/preferences");
  await page.locator("#language").selectOption("en");
  await page.getByRole("button", { name: "Enregistrer les préférences" }).click();
  await page.getByText("C’est enregistré.").waitFor();
  const headers = { Authorization: `Bearer ${buyer.token}` };
  const profile = await ask<{ language: string }>("GET", "/users/me", undefined, headers);
  assert.equal(profile.language, "en");
  assert.equal((await fetch(`${SITE}/api/v1/users/me`)).status, 401);
  await visit.end();
});
