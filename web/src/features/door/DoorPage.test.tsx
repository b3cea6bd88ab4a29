import { expect, test } from "vitest";

import { renderApp, signIn } from "@/testing/render";
import { answer, pageOf, refuse } from "@/testing/server";

const DOOR = {
  event_id: 7,
  title: "Nuit de jazz",
  status: "published",
  starts_at: "2027-06-15T18:30:00Z",
  time_zone: "Europe/Paris",
  sold: 120,
  admitted: 37,
  expected: 83,
  ticket_types: [],
  last_admitted_at: null,
  read_at: "2027-06-15T18:00:00Z",
};
const ADMITTED = {
  admitted: true,
  ticket_id: 3,
  ticket_number: "TKT-0003",
  order_code: "ABCD",
  event_id: 7,
  event_title: "Nuit de jazz",
  ticket_type: "Plein tarif",
  holder_name: "Dominique Exemple",
  status: "used",
  used_at: null,
  used_where: null,
};
const FOUND = {
  ticket_id: 3,
  ticket_number: "TKT-0003",
  order_code: "ABCD",
  buyer_name: "Dominique Exemple",
  ticket_type: "Plein tarif",
  status: "used",
  used_at: "2027-06-15T18:00:00Z",
  used_where: "Porte A",
};

async function atTheDoor(way: string, role: "operator" | "admin" = "operator") {
  signIn({ role });
  answer("get", "/tickets/events/7/door", 200, DOOR);
  const app = renderApp("/door/7");
  await app.person.click(await app.screen.findByRole("radio", { name: way }));
  return app;
}

test("admits a typed number in green and counts", async () => {
  const asked = answer("post", "/tickets/validate", 200, ADMITTED);
  const { screen, person } = await atTheDoor("Saisir");
  expect(await screen.findByText("37 entrés sur 120")).toBeVisible();
  await person.type(screen.getByLabelText("Votre entrée"), "Porte B");
  await person.type(screen.getByLabelText("Numéro du billet"), "TKT-0003{Enter}");
  const answered = await screen.findByRole("alert");
  expect(answered).toHaveTextContent("Entrez");
  expect(answered).toHaveTextContent("Dominique Exemple");
  expect(answered).toHaveAttribute("data-tone", "good");
  expect(asked[0]?.body).toEqual({
    code: "TKT-0003",
    typed: true,
    event_id: 7,
    place: "Porte B",
  });
});

test("says when and where a ticket was used before", async () => {
  const before = { used_at: "2027-06-15T18:00:00Z", used_where: "Porte A" };
  refuse("post", "/tickets/validate", 409, "already_used", "Déjà.", undefined, before);
  const { screen, person } = await atTheDoor("Saisir");
  await person.type(screen.getByLabelText("Numéro du billet"), "TKT-0003{Enter}");
  const answered = await screen.findByRole("alert");
  expect(answered).toHaveAttribute("data-tone", "caution");
  expect(answered).toHaveTextContent(/15\/06\/2027.* à Porte A/);
  await person.click(screen.getByRole("button", { name: "Billet suivant" }));
  expect(screen.queryByRole("alert")).toBeNull();
});

test("refuses what is not a ticket in red", async () => {
  refuse("post", "/tickets/validate", 404, "ticket_unknown", "Pas un de nos billets.");
  const { screen, person } = await atTheDoor("Saisir");
  await person.type(screen.getByLabelText("Numéro du billet"), "nonsense{Enter}");
  expect(await screen.findByRole("alert")).toHaveAttribute("data-tone", "bad");
});

test("takes an admission back, for a supervisor alone", async () => {
  answer("get", "/tickets/events/7/door/search", 200, { data: [FOUND], more: false });
  const undone = answer("post", "/tickets/3/undo-admission", 200, {});
  const { screen, person } = await atTheDoor("Chercher", "admin");
  await person.type(screen.getByLabelText(/Nom, commande/), "dominique{Enter}");
  await person.click(await screen.findByRole("button", { name: "Annuler l’entrée" }));
  await person.type(await screen.findByLabelText("Raison"), "Scanné par erreur");
  const buttons = screen.getAllByRole("button", { name: "Annuler l’entrée" });
  await person.click(buttons.at(-1) as HTMLElement);
  await expect.poll(() => undone[0]?.body).toEqual({ reason: "Scanné par erreur" });
});

test("shows an operator who is in already, without the means to undo it", async () => {
  answer("get", "/tickets/events/7/door/search", 200, { data: [FOUND], more: false });
  const { screen, person } = await atTheDoor("Chercher");
  await person.type(screen.getByLabelText(/Nom, commande/), "dominique{Enter}");
  expect(await screen.findByText("Dominique Exemple")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Annuler l’entrée" })).toBeNull();
});

test("offers another way where there is no camera", async () => {
  signIn({ role: "operator" });
  answer("get", "/tickets/events/7/door", 200, DOOR);
  const { screen } = renderApp("/door/7");
  expect(await screen.findByText(/La caméra n’est pas accessible/)).toBeVisible();
});

test("lets one choose the event, and nobody without the role", async () => {
  signIn({ role: "operator" });
  answer("get", "/events", 200, pageOf([{ id: 7, title: "Nuit de jazz", date: DOOR.starts_at }]));
  const { screen } = renderApp("/door");
  expect(await screen.findByRole("link", { name: /Nuit de jazz/ })).toHaveAttribute(
    "href",
    "/door/7",
  );
});
