import { beforeEach, expect, test } from "vitest";

import { renderApp, signIn } from "@/testing/render";
import { answer, refuse } from "@/testing/server";

const SELLER = {
  legal_name: "Association du Port",
  address: "1 quai des Arts",
  postal_code: "69007",
  city: "Lyon",
  country: "FR",
  registration_number: "552100554",
  vat_number: null,
  invoice_prefix: null,
};

beforeEach(() => {
  signIn({ id: 3, role: "event_creator" });
});

test("says what is missing to who has not given any details, and takes them", async () => {
  answer("get", "/tickets/seller", 200, () => null as never);
  const stored = answer("put", "/tickets/seller", 200, SELLER);
  const { screen, person } = renderApp("/organise/seller");
  expect(await screen.findByText(/reçoivent un reçu, et non une facture/)).toBeVisible();
  await person.type(screen.getByLabelText("Nom ou raison sociale"), SELLER.legal_name);
  await person.type(screen.getByLabelText("Adresse du siège"), SELLER.address);
  await person.type(screen.getByLabelText("Code postal"), SELLER.postal_code);
  await person.type(screen.getByLabelText("Ville"), SELLER.city);
  await person.type(screen.getByLabelText("SIREN ou SIRET"), "552 100 554");
  expect(screen.getByText("SIREN/SIRET : 552100554")).toBeVisible();
  expect(screen.getByText(/Facture n° G3-\d{4}-000001/)).toBeVisible();
  await person.click(screen.getByRole("button", { name: "Enregistrer" }));
  expect(await screen.findByText(/C’est enregistré/)).toBeVisible();
  expect(screen.queryByText(/reçoivent un reçu, et non une facture/)).toBeNull();
  expect(stored[0]?.body).toEqual(SELLER);
}, 60_000);

test("shows what is known, and what the law asks for", async () => {
  answer("get", "/tickets/seller", 200, { ...SELLER, vat_number: "FR40123456824" });
  const { screen } = renderApp("/organise/seller");
  expect(await screen.findByDisplayValue("Association du Port")).toBeVisible();
  expect(screen.getByText("TVA : FR40123456824")).toBeVisible();
  expect(screen.getByText(/suite de numéros sans trou/)).toBeVisible();
});

test("a French seller has a number of 9 or 14 digits; another country's has its own", async () => {
  answer("get", "/tickets/seller", 200, SELLER);
  const stored = answer("put", "/tickets/seller", 200, SELLER);
  const { screen, person } = renderApp("/organise/seller");
  const number = await screen.findByLabelText("SIREN ou SIRET");
  await person.clear(number);
  await person.type(number, "BE 0417497106");
  await person.click(screen.getByRole("button", { name: "Enregistrer" }));
  expect(await screen.findByText("Un SIREN a 9 chiffres, un SIRET 14.")).toBeVisible();
  await person.selectOptions(screen.getByLabelText("Pays"), "BE");
  await person.click(screen.getByRole("button", { name: "Enregistrer" }));
  await expect.poll(() => stored[0]?.body).toMatchObject({ country: "BE" });
});

test("shows the server's sentence at its field", async () => {
  answer("get", "/tickets/seller", 200, SELLER);
  refuse("put", "/tickets/seller", 422, "malformed", "Vérifiez.", {
    registration_number: ["Ce numéro n’est pas valable."],
  });
  const { screen, person } = renderApp("/organise/seller");
  await person.click(await screen.findByRole("button", { name: "Enregistrer" }));
  expect(await screen.findByText("Ce numéro n’est pas valable.")).toBeVisible();
});
