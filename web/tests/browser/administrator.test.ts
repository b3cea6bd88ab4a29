/** Somebody who runs it: finds an order, gives it back, looks after accounts, mails and services. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { anEvent, buy, newEmail } from "./doings.ts";
import { ask, launch, type Surroundings, Visit } from "./harness.ts";

/** The frame of a mail lets no script in, the one that measures shifts neither. */
const IN_A_SANDBOX = [/Blocked script execution in 'about:srcdoc'/];
const ADMINISTRATOR = "admin@example.com";

interface Bought {
  order: { code: string };
  tickets: { ticket_number: string }[];
}

let browser: Browser;
let bought: Bought;
let email: string;

before(async () => {
  browser = await launch();
  email = newEmail();
  bought = await aPurchase(email);
});
after(() => browser.close());

/** Two tickets of a new event, bought by a guest. */
async function aPurchase(buyer: string): Promise<Bought> {
  const event = await anEvent({ title: "Fanfare sur les quais" });
  return buy<Bought>({
    event_id: event.id,
    quantity: 2,
    guest: { name: "Camille Martin", email: buyer, language: "fr" },
    payment: { card_number: "4242 4242 4242 4242", expiry: "12/30", cvv: "123" },
  });
}

async function search(page: Page, words: string): Promise<void> {
  await page.locator("input[type=search]").fill(words);
  await page.getByRole("button", { name: "Chercher" }).click();
}

test("finds an order, refunds a ticket with a reason, sees it in payments and in the log", async () => {
  const visit = await Visit.begin(browser);
  const { page } = visit;
  const { code } = bought.order;
  await visit.signIn(ADMINISTRATOR);
  await visit.go("/admin");
  await page.getByRole("link", { name: "Commandes", exact: true }).click();
  await search(page, email);
  await page.getByRole("link", { name: code }).click();
  await page.getByLabel(`Choisir le billet ${bought.tickets[0]?.ticket_number}`).check();
  await page.getByRole("button", { name: "Rembourser le billet choisi" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Raison, pour l’acheteur").fill("Empêchement");
  await visit.look("admin-refund");
  await dialog.getByRole("button", { name: /^Annuler le billet et rendre \d/ }).click();
  await page.getByText(/repartent vers le moyen de paiement/).waitFor();
  await page.getByRole("row", { name: /Empêchement/ }).waitFor();
  await page.getByRole("link", { name: "Journal de la commande" }).click();
  const entry = page.getByRole("row", { name: /Remboursement demandé/ });
  await entry.getByText("Empêchement").first().waitFor();
  await page.getByRole("link", { name: "Paiements" }).click();
  await search(page, code);
  await page
    .getByRole("row", { name: new RegExp(code) })
    .getByText(/20,00/)
    .waitFor();
  await visit.end();
});

test("disables an account, and enables it again", async () => {
  const visit = await Visit.begin(browser);
  const { page } = visit;
  const account = newEmail();
  const password = "Une longue phrase de passe 7";
  await ask("POST", "/auth/register", {
    name: "Dominique Exemple",
    email: account,
    password,
    password_confirmation: password,
  });
  await visit.signIn(ADMINISTRATOR);
  await visit.go("/admin/users");
  await search(page, account);
  await page.getByRole("button", { name: "Désactiver Dominique Exemple" }).click();
  await page.getByRole("button", { name: "Désactiver le compte" }).click();
  await page.getByText("Le compte de Dominique Exemple est désactivé.").waitFor();
  await assert.rejects(ask("POST", "/auth/login", { email: account, password }));
  await page.getByRole("button", { name: "Réactiver Dominique Exemple" }).click();
  await page.getByText("Le compte de Dominique Exemple est réactivé.").waitFor();
  await ask("POST", "/auth/login", { email: account, password });
  await visit.end();
});

test("corrects somebody's profile, and finds that in the log", async () => {
  const visit = await Visit.begin(browser);
  const { page } = visit;
  const account = newEmail();
  await ask("POST", "/auth/register", {
    name: "Maxime Exemple",
    email: account,
    password: "Une longue phrase de passe 7",
    password_confirmation: "Une longue phrase de passe 7",
  });
  await visit.signIn(ADMINISTRATOR);
  await visit.go("/admin/users");
  await search(page, account);
  await visit.settled();
  await page.getByRole("link", { name: "Maxime Exemple" }).click();
  await page.getByLabel("Téléphone").fill("06 12");
  await page.getByLabel("Ville").fill("Saint-Malo");
  const save = page.getByRole("button", { name: "Enregistrer la correction" });
  await save.click();
  await page.getByText(/Ce numéro de téléphone est invalide/).waitFor();
  await visit.look("admin-account-refused");
  await page.getByLabel("Téléphone").fill("06 12 34 56 78");
  await save.click();
  await page.getByText("Le profil de Maxime Exemple est corrigé.").waitFor();
  await visit.look("admin-account-corrected");
  // A page that is loaded anew returns to where it was read, which counts as a move.
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.reload();
  await visit.settled();
  assert.equal(await page.getByLabel("Ville").inputValue(), "Saint-Malo");
  assert.equal(await page.getByLabel("Téléphone").inputValue(), "+33612345678");
  await page.getByRole("link", { name: "Journal du profil" }).click();
  const entry = page.getByRole("row", { name: /Profil corrigé/ });
  await entry.getByText("Champs : Ville, Téléphone").waitFor();
  await visit.look("admin-account-log");
  await visit.end([/status of 422/]);
});

test("changes a template, looks at it before, and puts it back", async () => {
  const visit = await Visit.begin(browser);
  const { page } = visit;
  await visit.signIn(ADMINISTRATOR);
  await visit.go("/admin/templates");
  await page.getByRole("link", { name: "Bienvenue chez Guichet" }).click();
  await page.locator("input[name=subject]").fill("Bienvenue parmi nous");
  await page.getByRole("button", { name: "Voir l’aperçu" }).click();
  await page.getByText("Bienvenue parmi nous").waitFor();
  const mail = page.frameLocator("iframe[title='Aperçu']");
  await mail
    .getByText(/Camille/)
    .first()
    .waitFor();
  await visit.look("admin-template-preview");
  await page.getByRole("button", { name: "Enregistrer le modèle" }).click();
  await page.getByText(/sert dès le prochain envoi/).waitFor();
  await page.getByRole("button", { name: "Revenir au modèle d’origine" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Revenir au modèle d’origine" }).click();
  await page.getByText("Le modèle d’origine sert de nouveau.").waitFor();
  await visit.end(IN_A_SANDBOX);
});

test("reads what a delivery says without being able to open anything", async () => {
  const visit = await Visit.begin(browser);
  const { page } = visit;
  await visit.signIn(ADMINISTRATOR);
  await visit.go(`/admin/deliveries?q=${encodeURIComponent(email)}`);
  await page.getByRole("link", { name: "Commande confirmée" }).first().click();
  const mail = page.frameLocator("iframe[title='Aperçu']");
  await mail.getByText("Fanfare sur les quais").filter({ visible: true }).first().waitFor();
  await visit.look("admin-delivery");
  await visit.end(IN_A_SANDBOX);
});

test("walks the area by keyboard on a phone", async () => {
  const visit = await Visit.begin(browser, { width: 360 });
  const { page } = visit;
  await visit.signIn(ADMINISTRATOR);
  await visit.go("/admin");
  const menu = page.getByRole("button", { name: "Pages de l’administration" });
  await menu.focus();
  await page.keyboard.press("Enter");
  await visit.look("admin-menu");
  for (let step = 0; step < 4; step += 1) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/admin\/payments$/);
  await visit.settled();
  assert.equal(await menu.getAttribute("aria-expanded"), "false");
  await visit.end();
});

const PAGES: [name: string, path: () => string][] = [
  ["overview", () => "/admin"],
  ["orders", () => "/admin/orders"],
  ["order", () => `/admin/orders/${bought.order.code}`],
  ["attention", () => "/admin/attention"],
  ["payments", () => "/admin/payments"],
  ["tickets", () => "/admin/tickets"],
  ["events", () => "/admin/events"],
  ["users", () => "/admin/users"],
  ["account", () => "/admin/users/3"],
  ["deliveries", () => "/admin/deliveries"],
  ["templates", () => "/admin/templates"],
  ["template", () => "/admin/templates/order_confirmed/en"],
  ["queues", () => "/admin/queues"],
  ["reconciliation", () => "/admin/reconciliation"],
  ["backups", () => "/admin/backups"],
  ["audit", () => "/admin/audit"],
];

/** Both widths, both languages, by day and by night. */
const SEEN: Surroundings[] = [
  { width: 1280, language: "fr", scheme: "light" },
  { width: 360, language: "en", scheme: "dark" },
];

for (const surroundings of SEEN) {
  describe(Object.values(surroundings).join(", "), () => {
    let visit: Visit;
    before(async () => {
      visit = await Visit.begin(browser, surroundings);
      await visit.signIn(ADMINISTRATOR);
    });
    after(() => visit.end());

    for (const [name, path] of PAGES) {
      test(name, async () => {
        await visit.page.goto(path());
        await visit.look(`admin-${name}`);
      });
    }
  });
}
