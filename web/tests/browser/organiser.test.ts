/** Somebody who organises: from the draft to the first sale, and a word to those who come. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { crc32, deflateSync } from "node:zlib";

import type { Browser, Page } from "playwright-core";

import { anEvent, bearer, buy, eventually, type MadeEvent, mailTo, newEmail } from "./doings.ts";
import { ask, launch, SURROUNDINGS, type Surroundings, Visit } from "./harness.ts";

const ORGANISER = "eventcreator@example.com";
const NEXT_YEAR = new Date().getFullYear() + 1;
const SELLER = {
  legal_name: "Association du Port",
  address: "1 quai des Arts",
  postal_code: "69007",
  city: "Lyon",
  registration_number: "552100554",
};

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** A guest buys two places. */
async function aSale(event: MadeEvent, email: string, code?: string): Promise<void> {
  await buy({
    event_id: event.id,
    items: [{ ticket_type_id: event.ticket_types[0]?.id, quantity: 2 }],
    guest: { name: "Camille Martin", email, language: "fr" },
    payment: { card_number: "4242424242424242", expiry: "12/40", cvv: "123" },
    ...(code && { promo_code: code }),
  });
}

/** A picture twice as wide as high, its left half red, its right half blue. */
function aPicture(): Buffer {
  const [width, height] = [1000, 500];
  const row = Buffer.alloc(1 + width * 3);
  for (let x = 0; x < width; x += 1) row[1 + x * 3 + (x < width / 2 ? 0 : 2)] = 255;
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8);
  const chunk = (kind: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const rows = Buffer.concat(Array.from({ length: height }, () => row));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

test("an event from the draft to on sale, with a picture and a promo code", async () => {
  const visit = await Visit.begin(browser);
  const { page } = visit;
  const title = `Bal des lanternes ${randomBytes(3).toString("hex")}`;
  await visit.signIn(ORGANISER);
  await visit.go("/organise/new");
  await page.getByLabel("Titre").fill(title);
  await page.locator("input[name=date]").fill(`${NEXT_YEAR}-06-15T20:30`);
  await page.getByLabel("Adresse").fill("Quai des Arts, Lyon");
  await page.getByLabel("Nom du tarif").fill("Plein tarif");
  await page.getByLabel("Prix TTC").fill("25");
  await page.getByLabel("Places").fill("120");
  await page.getByRole("button", { name: "Créer le brouillon" }).click();
  await page.getByText("Avant la première vente").waitFor();
  await visit.look("organise-draft");
  const eventId = page.url().split("/").at(-1);

  await addPicture(visit);
  await visit.go(`/organise/${eventId}/promo-codes/new`);
  await page.getByLabel("Code", { exact: true }).fill("AMIS");
  await page.getByLabel("Remise en %").fill("20");
  await page.getByRole("button", { name: "Créer le code" }).click();
  await page.getByText("Le code AMIS est prêt.").waitFor();

  await visit.go(`/organise/${eventId}`);
  await page.getByRole("link", { name: "Aperçu" }).click();
  await page.waitForURL((url) => url.pathname === `/e/${eventId}`);
  await page.getByRole("heading", { name: title }).waitFor();
  await page.goBack();
  await page.getByRole("button", { name: "Publier et mettre en vente" }).click();
  await page.getByText("Aucune vente pour l’instant.").waitFor();
  await page.getByRole("button", { name: "Dupliquer" }).click();
  await page.waitForURL((url) => url.pathname.endsWith("/edit"));
  await page.getByLabel("Titre").waitFor();
  assert.notEqual(page.url().split("/").at(-2), eventId);

  await visit.go(`/organise/${eventId}/edit`);
  await page.locator("input[name=date]").fill(`${NEXT_YEAR}-06-22T20:30`);
  await page.getByRole("button", { name: "Enregistrer" }).click();
  await page.getByText("personne n’est à prévenir").waitFor();
  await page.getByRole("button", { name: "Déplacer l’événement" }).click();
  await page.getByText("C’est enregistré.").waitFor();
  await visit.go(`/organise/${eventId}`);
  await page.getByText(`22 juin ${NEXT_YEAR}`).first().waitFor();
  await visit.end();
});

/** Chooses a picture and moves it by keyboard: what is kept is the chosen part, 8 to 5. */
async function addPicture(visit: Visit): Promise<void> {
  const { page } = visit;
  await page.getByRole("link", { name: "Une image" }).click();
  await page.getByRole("button", { name: "Choisir une image" }).waitFor();
  const file = { name: "affiche.png", mimeType: "image/png", buffer: aPicture() };
  await page.locator("input[type=file]").setInputFiles(file);
  const part = page.getByRole("group", { name: "La partie montrée" });
  const picture = page.getByRole("dialog").locator("img");
  await part.focus();
  // A key that comes before the picture has been measured moves nothing; both are points then.
  await eventually(async () => {
    await page.keyboard.press("ArrowRight");
    const [whole, frame] = [await picture.boundingBox(), await part.boundingBox()];
    assert.ok(whole && frame && frame.width > 100, "the picture is not there yet");
    assert.ok(whole.x >= frame.x - 1, "the part is not at the picture's left end");
  });
  await visit.look("organise-crop");
  await page.getByRole("button", { name: "Utiliser cette partie" }).click();
  await page.getByText("L’image est enregistrée.").waitFor();
  const [ratio, colour] = await shown(page);
  assert.equal(ratio, 1.6);
  // Moved to its left end, the part holds more of the red half than of the blue one.
  assert.equal(colour, "red");
}

async function shown(page: Page): Promise<[number, string]> {
  const picture = page.locator('#content img[src*="/image"]');
  await picture.evaluate((image: HTMLImageElement) => image.decode());
  return picture.evaluate((image: HTMLImageElement) => {
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const context = canvas.getContext("2d") as CanvasRenderingContext2D;
    context.drawImage(image, 0, 0);
    const [red = 0, , blue = 0] = context.getImageData(canvas.width * 0.56, 9, 1, 1).data;
    return [canvas.width / canvas.height, red > blue ? "red" : "blue"];
  });
}

test("a guest's sale shows without a reload, and the holders hear from the organiser", async () => {
  const visit = await Visit.begin(browser);
  const { page } = visit;
  const event = await anEvent({ title: "Nuit des lampions" });
  const code = { code: "FAMILLE", percent: "50" };
  const headers = await bearer(ORGANISER);
  await eventually(() => ask("POST", `/tickets/events/${event.id}/promo-codes`, code, headers));
  const email = newEmail();
  await visit.signIn(ORGANISER);
  await visit.go(`/organise/${event.id}`);
  await page.getByText("Aucune vente pour l’instant.").waitFor();
  await aSale(event, email, "FAMILLE");
  await page.getByRole("row", { name: /2 20,00/ }).waitFor();
  await page.getByText("sur 50", { exact: true }).waitFor();
  await visit.look("organise-sold");
  await page.getByText("Par heure").click();
  await page.getByRole("row", { name: /2 20,00/ }).waitFor();

  await page.getByRole("link", { name: "Codes promo" }).click();
  await page.getByText("1 commande").waitFor();
  await page.getByRole("button", { name: "Arrêter FAMILLE" }).click();
  await page.getByRole("button", { name: "Arrêter le code" }).click();
  await page.getByText("Le code FAMILLE est arrêté.").waitFor();

  await page.getByRole("link", { name: "Messages" }).click();
  await page.getByText("1 personne recevra ce message.").waitFor();
  await page.getByLabel("Objet").fill("Portes à 19 h");
  await page.getByLabel("Message").fill("Apportez un lampion.\n\nÀ bientôt !");
  await page.getByRole("button", { name: "Relire avant l’envoi" }).click();
  await page.getByText("l’organisateur de « Nuit des lampions » vous écrit :").waitFor();
  await visit.look("organise-message-preview");
  await page.getByRole("button", { name: "Envoyer à 1 personne" }).click();
  await page.getByText("Votre message part à 1 personne.").waitFor();
  await page.getByText("Envoyé à 1 personne · À tous").waitFor();
  assert.match((await mailTo(email, "Apportez un lampion.")).text, /Portes à 19 h/);
  await visit.end();
});

describe("every page of the organiser", () => {
  let event: MadeEvent;
  let promoId: number;

  before(async () => {
    const headers = await bearer(ORGANISER);
    event = await anEvent({
      title: "Nuit blanche au bord de l’eau",
      ticket_types: [
        { name: "Plein tarif", price: "28.00", capacity: 300 },
        { name: "Réduit (moins de 26 ans, demandeurs d’emploi)", price: "18.00", capacity: 90 },
        { name: "Bénévoles", price: "0.00", capacity: 30, is_hidden: true },
      ],
      price: undefined,
      max_tickets: undefined,
    });
    const path = `/tickets/events/${event.id}`;
    const codes = [
      { code: "AMIS", percent: "15", max_uses: 50 },
      { code: "BENEVOLES", reveals_hidden: true },
    ];
    for (const code of codes) {
      const made = await eventually(() =>
        ask<{ id: number }>("POST", `${path}/promo-codes`, code, headers),
      );
      promoId ??= made.id;
    }
    for (let sale = 0; sale < 3; sale += 1) await aSale(event, newEmail(), "AMIS");
    const words = { subject: "Portes à 19 h", body: "Venez tôt." };
    await ask("POST", `${path}/messages`, words, headers);
    await ask("PUT", "/tickets/seller", SELLER, headers);
  });

  const pages: [name: string, path: () => string][] = [
    ["organise", () => "/organise"],
    ["organise-new", () => "/organise/new"],
    ["organise-seller", () => "/organise/seller"],
    ["organise-event", () => `/organise/${event.id}`],
    ["organise-edit", () => `/organise/${event.id}/edit`],
    ["organise-attendees", () => `/organise/${event.id}/attendees`],
    ["organise-codes", () => `/organise/${event.id}/promo-codes`],
    ["organise-code-new", () => `/organise/${event.id}/promo-codes/new`],
    ["organise-code", () => `/organise/${event.id}/promo-codes/${promoId}`],
    ["organise-messages", () => `/organise/${event.id}/messages`],
  ];
  // Each page is seen wide and narrow, in both languages, by day and by night.
  const [lightFr, darkFr, darkEn, lightEn] = SURROUNDINGS;
  const half = Math.ceil(pages.length / 2);
  const seen: [Surroundings | undefined, typeof pages][] = [
    [lightFr, pages.slice(0, half)],
    [{ ...lightEn, scheme: "dark" }, pages.slice(0, half)],
    [darkEn, pages.slice(half)],
    [{ ...darkFr, scheme: "light" }, pages.slice(half)],
  ];
  for (const [surroundings = {}, part] of seen) {
    test(Object.values(surroundings).join(", "), async () => {
      const visit = await Visit.begin(browser, surroundings);
      await visit.signIn(ORGANISER);
      for (const [name, path] of part) {
        await visit.go(path());
        await visit.look(name);
      }
      await visit.end();
    });
  }
});
