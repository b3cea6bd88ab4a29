import { beforeEach, expect, test } from "vitest";

import { renderApp, signIn } from "@/testing/render";
import { answer, refuse } from "@/testing/server";

const PATH = "/tickets/events/7/messages";
const EVENT = {
  id: 7,
  title: "Nuit de jazz",
  status: "published",
  date: "2027-06-15T18:30:00Z",
  time_zone: "Europe/Paris",
  location: "13 rue Delandine, Lyon",
  ticket_types: [
    { id: 3, name: "Plein tarif" },
    { id: 9, name: "Réduit" },
  ],
};
const MESSAGE = {
  id: 1,
  event_id: 7,
  author_id: 3,
  subject: "Portes à 19 h",
  body: "Venez tôt.",
  ticket_type_ids: null,
  recipients: 212,
  told: 212,
  created_at: "2027-06-01T09:00:00Z",
  finished_at: "2027-06-01T09:00:05Z",
};
const REACH = { recipients: 212, messages_left: 3, next_at: null };

beforeEach(() => {
  signIn({ id: 3, role: "event_creator" });
  answer("get", "/events/7", 200, EVENT);
  answer("get", PATH, 200, { data: [] });
});

test("says how many it reaches, shows the mail, and sends it once", async () => {
  answer("get", `${PATH}/recipients`, 200, REACH);
  const sent = answer("post", PATH, 201, MESSAGE);
  const { screen, person } = renderApp("/organise/7/messages");
  expect(await screen.findByText("212 personnes recevront ce message.")).toBeVisible();
  await person.type(screen.getByLabelText("Objet"), "Portes à 19 h");
  await person.type(screen.getByLabelText("Message"), "Venez tôt.");
  await person.click(screen.getByRole("button", { name: "Relire avant l’envoi" }));
  expect(await screen.findByText(/part tout de suite à 212 personnes/)).toBeVisible();
  await person.click(screen.getByRole("button", { name: "Envoyer à 212 personnes" }));
  expect(await screen.findByText("Votre message part à 212 personnes.")).toBeVisible();
  expect(sent[0]?.body).toEqual({ subject: "Portes à 19 h", body: "Venez tôt." });
  expect(sent[0]?.headers.get("Idempotency-Key")).toMatch(/^[0-9a-f]{32}$/);
  expect(sent).toHaveLength(1);
}, 60_000);

test("counts anew for the ticket types that are chosen", async () => {
  const counted = answer("get", `${PATH}/recipients`, 200, ({ url }) => ({
    ...REACH,
    recipients: url.searchParams.getAll("ticket_type_id").length ? 12 : 212,
  }));
  const { screen, person } = renderApp("/organise/7/messages");
  await person.click(await screen.findByLabelText("Aux détenteurs de certains tarifs"));
  await person.click(screen.getByLabelText("Réduit"));
  expect(await screen.findByText("12 personnes recevront ce message.")).toBeVisible();
  expect(counted.at(-1)?.url.searchParams.getAll("ticket_type_id")).toEqual(["9"]);
});

test("says that nobody has a ticket yet", async () => {
  answer("get", `${PATH}/recipients`, 200, { ...REACH, recipients: 0 });
  const { screen } = renderApp("/organise/7/messages");
  expect(await screen.findByText(/Personne n’a encore de billet/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Relire avant l’envoi" })).toBeDisabled();
});

test("says when the next may be written", async () => {
  answer("get", `${PATH}/recipients`, 200, {
    recipients: 212,
    messages_left: 0,
    next_at: "2027-06-02T09:00:00Z",
  });
  const { screen } = renderApp("/organise/7/messages");
  expect(await screen.findByText(/possible le 02\/06\/2027 11:00/)).toBeVisible();
});

test("shows a refusal where it was asked", async () => {
  answer("get", `${PATH}/recipients`, 200, REACH);
  refuse("post", PATH, 429, "messaged_too_often", "Trois messages par jour au plus.");
  const { screen, person } = renderApp("/organise/7/messages");
  await person.type(await screen.findByLabelText("Objet"), "Portes");
  await person.type(screen.getByLabelText("Message"), "Venez tôt.");
  await person.click(screen.getByRole("button", { name: "Relire avant l’envoi" }));
  await person.click(await screen.findByRole("button", { name: "Envoyer à 212 personnes" }));
  expect(await screen.findByText("Trois messages par jour au plus.")).toBeVisible();
});

test("lists what was written, with how far it is", async () => {
  answer("get", `${PATH}/recipients`, 200, REACH);
  answer("get", PATH, 200, {
    data: [
      { ...MESSAGE, id: 2, subject: "Navettes", told: 40, finished_at: null },
      { ...MESSAGE, ticket_type_ids: [9] },
    ],
  });
  const { screen } = renderApp("/organise/7/messages");
  expect(await screen.findByText(/40 sur 212 envoyés · À tous/)).toBeVisible();
  expect(screen.getByText(/Envoyé à 212 personnes · Réduit/)).toBeVisible();
});
