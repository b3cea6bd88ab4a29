/** Somebody who wants to go out buys, as they would: by eye, by keyboard, with bad luck. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { aHold, anEvent, mailTo, newEmail } from "./doings.ts";
import { launch, SITE, Visit } from "./harness.ts";

const PAID = "4242 4242 4242 4242";
const DECLINED = "4000 0000 0000 0002";
const SECURE = "4000 0025 0000 3155";
const REFUSED = [/status of 402/];

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function payAsGuest(page: Page, email: string, card: string): Promise<void> {
  await page.locator("input[name=name]").fill("Camille Martin");
  await page.locator("input[name=email]").fill(email);
  await page.getByRole("button", { name: card }).click();
  await page.locator("form button[type=submit]").click();
}

test("a newcomer buys as a guest, presses twice and pays once", async () => {
  const visit = await Visit.begin(browser);
  const { page } = visit;
  const event = await anEvent({ title: "Bal du port" });
  const email = newEmail();
  await visit.go("/?q=bal+du+port");
  await page.getByRole("link", { name: event.title }).first().click();
  await page.getByRole("button", { name: /Une place de plus/ }).click();
  await page.getByRole("button", { name: "Garder ma place" }).click();
  await page.waitForURL(/\/checkout\//);
  await visit.look("checkout");
  await page.locator("input[name=name]").fill("Camille Martin");
  await page.locator("input[name=email]").fill(email);
  await page.getByRole("button", { name: PAID }).click();
  await page.getByRole("button", { name: /^Payer/ }).dblclick();
  await page.waitForURL(/\/my\/orders\//);
  await page.getByText("Votre place est à vous").waitFor();
  await page.getByRole("img", { name: /Code du billet/ }).waitFor();
  await visit.look("order");
  const mail = await mailTo(email, "");
  assert.equal((await mail.all()).length >= 1, true);
  await visit.end();
});

test("a purchase by keyboard alone", async () => {
  const visit = await Visit.begin(browser, { width: 360 });
  const { page } = visit;
  const event = await anEvent();
  await visit.go(`/e/${event.id}`);
  await press(page, /Une place de plus/);
  await press(page, /Garder ma place/);
  await page.waitForURL(/\/checkout\//);
  await page.getByLabel("Nom").waitFor();
  await type(page, "name", "Camille Martin");
  await type(page, "email", newEmail());
  await press(page, new RegExp(PAID));
  await press(page, /^Payer/);
  await page.getByText("Votre place est à vous").waitFor();
  await visit.end();
});

/** Walk with the tabulator until the button has the focus, then press it. */
async function press(page: Page, name: RegExp): Promise<void> {
  const wanted = page.getByRole("button", { name });
  await wanted.waitFor();
  await walkTo(page, () => wanted.evaluate((button) => button === document.activeElement));
  await page.keyboard.press("Enter");
}

async function type(page: Page, name: string, text: string): Promise<void> {
  const field = page.locator(`input[name=${name}]`);
  await walkTo(page, () => field.evaluate((input) => input === document.activeElement));
  await page.keyboard.type(text);
}

async function walkTo(page: Page, isThere: () => Promise<boolean>): Promise<void> {
  for (let step = 0; step < 80; step += 1) {
    if (await isThere()) return;
    await page.keyboard.press("Tab");
  }
  assert.fail("the tabulator does not lead there");
}

test("a declined card loses nothing: another one pays", async () => {
  const visit = await Visit.begin(browser, { language: "en" });
  const { page } = visit;
  const hold = await aHold();
  await visit.go(`/checkout/${hold.id}`);
  await payAsGuest(page, newEmail(), DECLINED);
  await page
    .getByRole("alert")
    .getByText(/declined/)
    .waitFor();
  await page.getByText("Your places are still kept").waitFor();
  assert.equal(await page.locator("input[name=name]").inputValue(), "Camille Martin");
  await visit.look("checkout-declined");
  await page.getByRole("button", { name: PAID }).click();
  await page.getByRole("button", { name: /^Pay/ }).click();
  await page.getByText("Your place is yours").waitFor();
  await visit.end(REFUSED);
});

test("the bank asks, and leads back to the order", async () => {
  const visit = await Visit.begin(browser);
  const { page } = visit;
  const hold = await aHold();
  await visit.go(`/checkout/${hold.id}`);
  await payAsGuest(page, newEmail(), SECURE);
  await page.waitForURL((url) => !url.href.startsWith(SITE));
  await page.locator("button").first().click();
  await page.waitForURL(/\/my\/orders\//);
  await page.getByText("Votre place est à vous").waitFor();
  await visit.end();
});

test("a hold that has ended says so, and leads back to the event", async () => {
  const visit = await Visit.begin(browser);
  const { page } = visit;
  const hold = await aHold();
  await page.clock.install();
  await visit.go(`/checkout/${hold.id}`);
  await page.getByRole("button", { name: "Plus de temps" }).click();
  await page.getByText("Le temps a été prolongé.").waitFor();
  await fetch(`${SITE}/api/v1/tickets/holds/${hold.id}`, { method: "DELETE" });
  await page.clock.fastForward("20:00");
  await page.getByText("Vos places ne sont plus gardées").waitFor();
  await visit.look("hold-gone");
  await page.getByRole("link", { name: "Choisir de nouveau" }).click();
  await page.waitForURL(new RegExp(`/e/${hold.event_id}$`));
  await visit.end();
});

test("places that are given back are for sale again", async () => {
  const visit = await Visit.begin(browser);
  const { page } = visit;
  const hold = await aHold();
  await visit.go(`/checkout/${hold.id}`);
  await page.getByRole("button", { name: "Rendre mes places" }).click();
  await page.waitForURL(new RegExp(`/e/${hold.event_id}$`));
  const answer = await fetch(`${SITE}/api/v1/tickets/holds/${hold.id}`);
  const body = (await answer.json()) as { hold?: { status: string }; code?: string };
  assert.notEqual(body.hold?.status, "active");
  await visit.end();
});

test("the mailed link opens the order without an account", async () => {
  const visit = await Visit.begin(browser, { width: 360 });
  const { page } = visit;
  const email = newEmail();
  const hold = await aHold();
  await visit.go(`/checkout/${hold.id}`);
  await payAsGuest(page, email, PAID);
  await page.getByText("Votre place est à vous").waitFor();
  await visit.end();

  const other = await Visit.begin(browser, { width: 360 });
  await other.go("/find-order");
  await other.look("find-order");
  await other.page.locator("input[name=email]").fill(email);
  await other.page.locator("form button[type=submit]").click();
  await other.page.getByText("Regardez votre boîte aux lettres").waitFor();
  const link = await (await mailTo(email, "#access=")).link();
  await other.page.goto(link);
  await other.page.getByRole("img", { name: /Code du billet/ }).waitFor();
  assert.ok(!other.page.url().includes("access="));
  await other.look("order-by-link");
  await other.end();
});

test("an order that is nobody's business does not open", async () => {
  const visit = await Visit.begin(browser);
  await visit.go("/my/orders/AAAA-AAAA");
  await visit.page.getByText("Cette commande ne s’ouvre pas ici").waitFor();
  await visit.end([/status of 40[14]/]);
});
