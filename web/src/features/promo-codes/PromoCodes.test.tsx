import { beforeEach, expect, test } from "vitest";

import { renderApp, signIn } from "@/testing/render";
import { answer, refuse } from "@/testing/server";

import { EVENT, promo } from "./testing";

const PATH = "/tickets/events/7/promo-codes";

beforeEach(() => {
  signIn({ id: 3, role: "event_creator" });
  answer("get", "/events/7", 200, EVENT);
});

test("lists what each code gives, to whom, and how often it was used", async () => {
  answer("get", PATH, 200, [
    promo({ max_uses: 50, uses: 3, ticket_type_ids: [3] }),
    promo({ id: 5, code: "BENEVOLES", percent: "0", reveals_hidden: true }),
  ]);
  const { screen } = renderApp("/organise/7/promo-codes");
  const [first, second] = await screen.findAllByRole("listitem");
  expect(first).toHaveTextContent(/AMIS.*En cours.*−15\s%.*Plein tarif.*3 sur 50/);
  expect(second).toHaveTextContent(/BENEVOLES.*Ouvre les tarifs cachés.*Pas encore utilisé/);
});

test("says what a code is for where there is none", async () => {
  answer("get", PATH, 200, []);
  const { screen } = renderApp("/organise/7/promo-codes");
  expect(await screen.findByText("Aucun code pour l’instant.")).toBeVisible();
});

test("shows whose event it is not", async () => {
  refuse("get", PATH, 403, "forbidden", "Cet événement n’est pas le vôtre.");
  const { screen } = renderApp("/organise/7/promo-codes");
  expect(await screen.findByText("Cet événement n’est pas le vôtre.")).toBeVisible();
});

test("creates a code for some ticket types, and says so in the list", async () => {
  answer("get", PATH, 200, [promo()]);
  const created = answer("post", PATH, 201, promo());
  const { screen, person } = renderApp("/organise/7/promo-codes/new");
  await person.type(await screen.findByLabelText("Code"), "AMIS");
  await person.type(screen.getByLabelText("Remise en %"), "12,5");
  await person.click(screen.getByLabelText("Seulement certains"));
  await person.click(screen.getByLabelText("Bénévoles (caché)"));
  await person.type(screen.getByLabelText(/Jusqu’à/), "2027-06-01T12:00");
  await person.click(screen.getByRole("button", { name: "Créer le code" }));
  expect(await screen.findByText("Le code AMIS est prêt.")).toBeVisible();
  expect(created[0]?.body).toMatchObject({
    code: "AMIS",
    percent: "12.5",
    ticket_type_ids: [9],
    valid_until: "2027-06-01T10:00:00.000Z",
  });
}, 60_000);

test("sends nothing that cannot be right", async () => {
  const { screen, person } = renderApp("/organise/7/promo-codes/new");
  await person.type(await screen.findByLabelText("Code"), "à b");
  await person.click(screen.getByRole("button", { name: "Créer le code" }));
  expect(await screen.findByText(/sans espace\.$/)).toBeVisible();
  expect(screen.getByText("Un nombre entre 0,01 et 100.")).toBeVisible();
});

test("says at the field that there is such a code already", async () => {
  refuse("post", PATH, 409, "promo_code_exists", "Cet événement a déjà ce code promo.");
  const { screen, person } = renderApp("/organise/7/promo-codes/new");
  await person.click(await screen.findByRole("button", { name: "Proposer un code" }));
  await person.type(screen.getByLabelText("Remise en %"), "10");
  await person.click(screen.getByRole("button", { name: "Créer le code" }));
  expect(await screen.findByText("Cet événement a déjà ce code promo.")).toBeVisible();
  expect(screen.getByLabelText("Code")).toBeInvalid();
});

test("changes the terms but not the code", async () => {
  answer("get", PATH, 200, [promo({ uses: 3 })]);
  const changed = answer("patch", `${PATH}/4`, 200, promo());
  const { screen, person } = renderApp("/organise/7/promo-codes/4");
  await person.type(await screen.findByLabelText(/Utilisations au plus/), "20");
  await person.click(screen.getByRole("button", { name: "Enregistrer" }));
  expect(await screen.findByText("Le code AMIS est enregistré.")).toBeVisible();
  expect(changed[0]?.body).toMatchObject({ percent: "15", max_uses: 20 });
  expect(changed[0]?.body).not.toHaveProperty("code");
});

test("stops a code after saying what stays", async () => {
  answer("get", PATH, 200, [promo()]);
  const changed = answer("patch", `${PATH}/4`, 200, promo());
  const { screen, person } = renderApp("/organise/7/promo-codes");
  await person.click(await screen.findByRole("button", { name: "Arrêter AMIS" }));
  expect(await screen.findByText(/gardent leur remise/)).toBeVisible();
  await person.click(screen.getByRole("button", { name: "Arrêter le code" }));
  expect(await screen.findByText("Le code AMIS est arrêté.")).toBeVisible();
  expect(changed[0]?.body).toHaveProperty("valid_until");
});

test("deletes a code after saying who keeps what", async () => {
  answer("get", PATH, 200, [promo({ uses: 1 })]);
  const removed = answer("delete", `${PATH}/4`, 200, promo());
  const { screen, person } = renderApp("/organise/7/promo-codes");
  await person.click(await screen.findByRole("button", { name: "Supprimer AMIS" }));
  expect(await screen.findByText(/1 commande l’utilise/)).toBeVisible();
  await person.click(screen.getByRole("button", { name: "Supprimer le code" }));
  expect(await screen.findByText("Le code AMIS est supprimé.")).toBeVisible();
  expect(removed).toHaveLength(1);
});
