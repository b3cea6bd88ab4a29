/** An organiser and the money: orders as they come in, refunds, the report, an event called off. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { anEvent, bearer, buy, eventually, type MadeEvent, mailTo, newEmail } from "./doings.ts";
import { ask, launch, SURROUNDINGS, Visit } from "./harness.ts";

const ORGANISER = "eventcreator@example.com";
const CARD = { card_number: "4242 4242 4242 4242", expiry: "12/34", cvv: "123" };

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** An event at 20 € a ticket with 5.5 % VAT, and 1 € of booking fee on top. */
function anEventWithFee(title: string): Promise<MadeEvent> {
  return anEvent({
    title,
    max_tickets: undefined,
    price: undefined,
    ticket_types: [{ name: "Plein tarif", price: "20.00", capacity: 50, vat_rate: "5.5" }],
    fee: { per_ticket: "1.00", percent: "0", mode: "on_top", vat_rate: "20" },
  });
}

interface Bought {
  order: { code: string };
  tickets: { ticket_number: string }[];
}

/** A guest's order of that many tickets, paid for. */
function aGuestsOrder(event: MadeEvent, quantity: number, email = newEmail()): Promise<Bought> {
  const body = {
    event_id: event.id,
    items: [{ ticket_type_id: event.ticket_types[0]?.id, quantity }],
    payment: CARD,
    guest: { name: "Camille Martin", email, language: "fr" },
  };
  return buy<Bought>(body);
}

/** Wait until the event's figures know of so many tickets: they move while they come in. */
async function isCounted(event: MadeEvent, sold: number): Promise<void> {
  const headers = await bearer(ORGANISER);
  await eventually(async () => {
    const path = `/events/${event.id}/stats`;
    assert.equal((await ask<{ sold: number }>("GET", path, undefined, headers)).sold, sold);
  });
}

/** The figure that stands below a name. */
function figure(page: Page, name: string) {
  return page.locator("dt", { hasText: new RegExp(`^${name}$`) }).locator("+ dd");
}

/** Wait until a figure shows those digits; spaces within amounts are of several kinds. */
async function shows(page: Page, name: string, digits: string): Promise<void> {
  await eventually(async () => {
    const text = ((await figure(page, name).first().textContent()) ?? "").replace(/\s/g, " ");
    assert.ok(text.includes(digits), `${name}: ${text}`);
  });
}

test("a guest's order appears, one ticket of it goes back, and the report agrees", async () => {
  const visit = await Visit.begin(browser);
  const { page } = visit;
  const event = await anEventWithFee("Cabaret des quais");
  await visit.signIn(ORGANISER);
  await visit.go(`/organise/${event.id}`);
  await page.getByRole("link", { name: "Commandes" }).click();
  await page.getByText("Aucune commande pour l’instant").waitFor();
  await visit.look("sales-no-orders");
  const email = newEmail();
  const { order, tickets } = await aGuestsOrder(event, 2, email);
  await page.getByRole("link", { name: order.code }).click();

  await page.getByLabel(`Choisir le billet ${tickets[0]?.ticket_number}`).check();
  await page.getByRole("button", { name: "Rembourser le billet choisi" }).click();
  const confirm = page.getByRole("button", { name: /Annuler le billet et rendre 21,00/ });
  await confirm.waitFor();
  await visit.look("sales-refund-one");
  await page.getByLabel("Raison, pour l’acheteur").fill("Une place de trop");
  await confirm.click();
  await page.getByText(/C’est annulé\s: 21,00/).waitFor();
  await page.getByText("annulé, remboursé").waitFor();
  await page.getByRole("button", { name: /^Avoir / }).waitFor();
  await visit.look("sales-order");
  await mailTo(email, "Une place de trop");

  await page.getByRole("link", { name: "Recette" }).click();
  await shows(page, "Encaissé", "42,00 €");
  await shows(page, "Remboursé", "21,00 €");
  await shows(page, "Frais de réservation", "1,00 €");
  await shows(page, "Net pour vous", "20,00 €");
  await visit.look("sales-report");
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Rapport en CSV" }).click();
  assert.equal((await downloading).suggestedFilename(), `report-${event.id}.csv`);
  await visit.end();
});

test("calling an event off says what goes back and whom it tells, then shows it done", async () => {
  const visit = await Visit.begin(browser, { width: 360 });
  const { page } = visit;
  const event = await anEventWithFee("Bal de la plage");
  const email = newEmail();
  await aGuestsOrder(event, 2, email);
  await aGuestsOrder(event, 1);
  await isCounted(event, 3);
  await visit.signIn(ORGANISER);
  await visit.go(`/organise/${event.id}`);
  await page.getByRole("button", { name: "Annuler l’événement" }).click();
  await shows(page, "Commandes remboursées", "2");
  await shows(page, "Billets annulés", "3");
  await shows(page, "Acheteurs prévenus par e-mail", "2");
  await shows(page, "Somme rendue", "63,00 €");
  await visit.look("sales-cancel");
  await page.getByLabel(/Raison/).fill("La plage est fermée");
  await page.getByRole("button", { name: /Annuler l’événement et rendre 63,00/ }).click();
  await page.waitForURL(/\/refunds$/);
  await shows(page, "Remboursements exécutés", "2 sur 2");
  await shows(page, "Rendu", "63,00 € sur 63,00 €");
  await page.getByText(/Il n’y a rien à rembourser/).waitFor();
  await visit.look("sales-cancelled");
  await mailTo(email, "La plage est fermée");
  await visit.end();
});

test("everybody gets their money back while the event stays", async () => {
  const visit = await Visit.begin(browser, { language: "en", scheme: "dark" });
  const { page } = visit;
  const event = await anEventWithFee("Matinée musicale");
  await aGuestsOrder(event, 2);
  await visit.signIn(ORGANISER);
  await visit.go(`/organise/${event.id}/refunds`);
  await page.getByRole("button", { name: "Refund everybody" }).click();
  await page.getByLabel(/Reason/).fill("The hall is too small");
  await visit.look("sales-refund-all");
  await page.getByRole("button", { name: "Cancel all tickets and give €42.00 back" }).click();
  await page.getByText("The refunds have begun.").waitFor();
  await shows(page, "Given back", "€42.00 of €42.00");
  await page.getByText("There is nothing to refund").waitFor();
  await visit.end();
});

// By day they are looked at in the journeys above.
describe("each page by night, in both languages and widths", () => {
  let event: MadeEvent;
  let code = "";
  before(async () => {
    event = await anEventWithFee("Quatuor à cordes : Ravel, Debussy");
    code = (await aGuestsOrder(event, 2)).order.code;
  });

  for (const surroundings of SURROUNDINGS.filter(({ scheme }) => scheme === "dark")) {
    test(Object.values(surroundings).join(", "), async () => {
      const visit = await Visit.begin(browser, surroundings);
      await visit.signIn(ORGANISER);
      for (const [name, path] of [
        ["sales-orders", `/organise/${event.id}/orders`],
        ["sales-order", `/organise/${event.id}/orders/${code}`],
        ["sales-report", `/organise/${event.id}/report`],
        ["sales-refunds", `/organise/${event.id}/refunds`],
        ["sales-statement", "/organise/statement"],
      ] as const) {
        await visit.go(path);
        await visit.look(name);
      }
      await visit.end();
    });
  }
});
