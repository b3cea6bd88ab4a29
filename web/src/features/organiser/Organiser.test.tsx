import { within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import { renderApp, signIn } from "@/testing/render";
import { answer, pageOf, refuse } from "@/testing/server";

import { event, TERMS } from "./testing";

const STATS = {
  event_id: 7,
  currency: "EUR",
  capacity: 100,
  sold: 20,
  held: 2,
  left: 78,
  cancelled: 0,
  admitted: 0,
  revenue: "500.00",
  refunded: "0.00",
  ticket_types: [],
  by_day: [{ day: "2027-06-01", tickets: 20, revenue: "500.00" }],
  by_hour: [],
};

beforeEach(() => {
  signIn({ id: 3, role: "event_creator" });
  answer("get", "/tickets/seller", 200, () => null as never);
  answer("get", "/events/categories", 200, { data: [] });
  answer("get", "/events/terms", 200, TERMS);
});

function shows(values: Parameters<typeof event>[0] = {}) {
  answer("get", "/events/7", 200, event(values));
  answer("get", "/events/7/stats", 200, STATS);
  refuse("get", "/tickets/events/7/live", 404, "event_not_found");
}

test("lists one's events with what is sold", async () => {
  const asked = answer("get", "/events", 200, pageOf([event()]));
  const { screen } = renderApp("/organise");
  const row = await screen.findByRole("row", { name: /Nuit de jazz/ });
  expect(row).toHaveTextContent("En vente");
  expect(row).toHaveTextContent("20");
  expect(asked[0]?.url.searchParams.get("mine")).toBe("true");
});

test("creates a draft with its ticket type", async () => {
  const created = answer("post", "/events", 201, event({ status: "draft" }));
  answer("get", "/events", 200, pageOf([]));
  shows({ status: "draft" });
  const { screen, person } = renderApp("/organise/new");
  await person.type(await screen.findByLabelText("Titre"), "Nuit de jazz");
  await person.type(screen.getByLabelText("Début"), "2027-06-15T20:30");
  await person.type(screen.getByLabelText("Adresse"), "Lyon");
  await person.type(screen.getByLabelText("Nom du tarif"), "Plein tarif");
  await person.type(screen.getByLabelText("Prix TTC"), "25");
  await person.type(screen.getByLabelText("Places"), "100");
  await person.click(screen.getByRole("button", { name: "Créer le brouillon" }));
  expect(await screen.findByText("Avant la première vente")).toBeVisible();
  expect(created[0]?.body).toMatchObject({
    title: "Nuit de jazz",
    status: "draft",
    date: "2027-06-15T20:30",
    ticket_types: [{ name: "Plein tarif", price: "25", capacity: 100 }],
  });
}, 60_000);

test("a new event has the rates and the fee of the house", async () => {
  const fee = { per_ticket: "0.90", percent: "2.5", mode: "on_top", vat_rate: "8.1" } as const;
  const swiss = { ...TERMS, vat_rates: ["0", "2.6", "8.1"], vat_rate_default: "2.6", fee };
  answer("get", "/events/terms", 200, swiss);
  const { screen, person } = renderApp("/organise/new");
  const rate = await screen.findByLabelText("TVA");
  expect(within(rate).getAllByRole("option")).toHaveLength(3);
  expect(rate).toHaveDisplayValue("2,6\u00a0%");
  expect(screen.getByLabelText("Frais de réservation par billet")).toHaveValue("0.90");
  await person.click(screen.getByRole("button", { name: "Ajouter un tarif" }));
  expect(screen.getAllByLabelText("TVA")[1]).toHaveDisplayValue("2,6\u00a0%");
});

test("says while a price is too small to be paid", async () => {
  shows({ status: "draft", fee: TERMS.fee });
  const { screen, person } = renderApp("/organise/7/edit");
  const price = await screen.findByLabelText("Prix TTC");
  await person.clear(price);
  await person.type(price, "0,30");
  expect(await screen.findByText(/ne prend pas moins de 0,50/)).toBeVisible();
  await person.clear(price);
  expect(screen.queryByText(/ne prend pas moins/)).toBeNull();
});

test("what a list does not offer stays as it was chosen", async () => {
  const [type] = event().ticket_types;
  if (type === undefined) throw new Error("no ticket type");
  // An older name of a zone, a rate that the house no longer has.
  const chosen = { time_zone: "Asia/Kolkata", currency: "INR" };
  shows({ ...chosen, status: "draft", ticket_types: [{ ...type, vat_rate: "18" }] });
  const changed = answer("patch", "/events/7", 200, event());
  const { screen, person } = renderApp("/organise/7/edit");
  expect(await screen.findByLabelText("Fuseau horaire")).toHaveDisplayValue("Asia/Kolkata");
  expect(screen.getByLabelText("TVA")).toHaveDisplayValue("18\u00a0%");
  expect(screen.getByLabelText("Monnaie")).toHaveDisplayValue("INR – roupie indienne");
  await person.click(screen.getByRole("button", { name: "Enregistrer" }));
  expect(await screen.findByText("C’est enregistré.")).toBeVisible();
  expect(changed[0]?.body).toMatchObject({ ...chosen, ticket_types: [{ vat_rate: "18" }] });
});

test("puts what is refused at its field, also of a ticket type and of the fee", async () => {
  shows({ status: "draft" });
  const price = "Deux décimales au plus.";
  const fee = "50 au plus.";
  refuse("patch", "/events/7", 422, "validation_failed", "Des champs sont à corriger.", {
    "ticket_types.0.price": [price],
    "fee.percent": [fee],
  });
  const { screen, person } = renderApp("/organise/7/edit");
  await person.click(await screen.findByRole("button", { name: "Enregistrer" }));
  await screen.findByText(`Prix TTC : ${price}`);
  expect(screen.getByLabelText("Prix TTC")).toHaveAccessibleDescription(price);
  expect(screen.getByLabelText("Prix TTC")).toHaveFocus();
  expect(screen.getByLabelText("Frais en % du prix")).toHaveAccessibleDescription(fee);
});

test("sends nothing while something needed is missing", async () => {
  const { screen, person } = renderApp("/organise/new");
  await person.click(await screen.findByRole("button", { name: "Créer le brouillon" }));
  expect((await screen.findAllByText("Ce champ est à remplir.")).length).toBeGreaterThan(3);
});

test("says what a draft still wants, and leads there", async () => {
  shows({ status: "draft" });
  const { screen } = renderApp("/organise/7");
  const seller = await screen.findByRole("link", { name: "Qui vend, pour vos factures" });
  expect(seller).toHaveAttribute("href", "/organise/seller?organiser=3");
  expect(screen.getByText("Une description").closest("li")).toHaveTextContent("(fait)");
});

test("moves what is on sale only after saying who will be told", async () => {
  shows();
  answer("get", "/tickets/events/7/messages/recipients", 200, {
    recipients: 18,
    messages_left: 3,
    next_at: null,
  });
  const changed = answer("patch", "/events/7", 200, event({ date: "2027-06-22T18:30:00Z" }));
  const { screen, person } = renderApp("/organise/7/edit");
  const begin = await screen.findByLabelText("Début");
  await person.clear(begin);
  await person.type(begin, "2027-06-22T20:30");
  await person.click(screen.getByRole("button", { name: "Enregistrer" }));
  expect(await screen.findByText(/18 acheteurs seront prévenus/)).toBeVisible();
  expect(changed).toHaveLength(0);
  await person.click(screen.getByRole("button", { name: "Déplacer et prévenir 18 acheteurs" }));
  expect(await screen.findByText("C’est enregistré.")).toBeVisible();
  expect(changed[0]?.body).toMatchObject({ date: "2027-06-22T20:30" });
}, 60_000);

test("keeps what was typed while a picture is taken away", async () => {
  shows({ image: "/api/v1/events/7/image?v=1" });
  answer("delete", "/events/7/image", 200, event({ version: 13 }));
  const changed = answer("patch", "/events/7", 200, event({ version: 14 }));
  const { screen, person } = renderApp("/organise/7/edit");
  await person.type(await screen.findByLabelText("Titre"), " et blues");
  await person.click(screen.getByRole("button", { name: "Retirer l’image" }));
  expect(await screen.findByText(/la page montre ce dessin/)).toBeVisible();
  expect(screen.getByLabelText("Titre")).toHaveValue("Nuit de jazz et blues");
  await person.click(screen.getByRole("button", { name: "Enregistrer" }));
  expect(await screen.findByText("C’est enregistré.")).toBeVisible();
  // That change drew a version of its own: the one read at first would be refused.
  expect(changed[0]?.body).toMatchObject({ title: "Nuit de jazz et blues", version: 13 });
});

test("deletes a draft only after asking", async () => {
  shows({ status: "draft" });
  answer("get", "/events", 200, pageOf([]));
  const removed = answer("delete", "/events/7", 200, { id: 7, deleted: true, message: "" });
  const { screen, person } = renderApp("/organise/7");
  await person.click(await screen.findByRole("button", { name: "Supprimer le brouillon" }));
  expect(await screen.findByText(/disparaît pour de bon/)).toBeVisible();
  expect(removed).toHaveLength(0);
  const [, confirm] = screen.getAllByRole("button", { name: "Supprimer le brouillon" });
  await person.click(confirm as HTMLElement);
  expect(await screen.findByText("Vous n’avez pas encore d’événement.")).toBeVisible();
});

test("shows the hours at an address of their own", async () => {
  shows();
  const { screen, person, router } = renderApp("/organise/7");
  await person.click(await screen.findByText("Par heure"));
  expect(await screen.findByText("Aucune vente ces deux derniers jours.")).toBeInTheDocument();
  expect(router.state.location.search).toBe("?by=hour");
});

test("publishes a draft", async () => {
  shows({ status: "draft" });
  const changed = answer("patch", "/events/7", 200, event());
  answer("get", "/events", 200, pageOf([]));
  const { screen, person } = renderApp("/organise/7");
  await person.click(await screen.findByRole("button", { name: /Publier/ }));
  await screen.findAllByText("Recette");
  expect(changed[0]?.body).toEqual({ status: "published" });
});

test("says what a cancellation refunds and whom it tells, then shows how far it is", async () => {
  shows();
  const preview = { orders: 14, tickets: 20, total: "520.00", currency: "EUR", buyers: 12 };
  answer("get", "/tickets/events/7/refunds/preview", 200, preview);
  answer("get", "/tickets/events/7/refunds", 200, { event_id: 7, runs: [] });
  const changed = answer("patch", "/events/7", 200, event({ status: "cancelled" }));
  answer("get", "/events", 200, pageOf([]));
  const { screen, person, router } = renderApp("/organise/7");
  await person.click(await screen.findByRole("button", { name: "Annuler l’événement" }));
  const told = await screen.findByText("Acheteurs prévenus par e-mail");
  expect(told.nextElementSibling).toHaveTextContent("12");
  await person.type(screen.getByLabelText(/Raison/), "Tempête");
  await person.click(screen.getByRole("button", { name: /et rendre 520,00\s€/ }));
  await expect
    .poll(() => changed[0]?.body)
    .toEqual({ status: "cancelled", cancel_reason: "Tempête" });
  await expect.poll(() => router.state.location.pathname).toBe("/organise/7/refunds");
});

test("shows what sold on which day", async () => {
  shows();
  const { screen } = renderApp("/organise/7");
  expect(await screen.findByRole("row", { name: /1er juin 2027/ })).toHaveTextContent(/500,00\s€/);
});

test("finds attendees by what is typed, at an address to share", async () => {
  answer("get", "/events/7", 200, event());
  const asked = answer("get", "/tickets/events/7/attendees", 200, pageOf([]));
  const { screen, person, router } = renderApp("/organise/7/attendees");
  await expect.poll(() => asked[0]?.url.searchParams.has("q")).toBe(false);
  await person.type(await screen.findByLabelText(/Nom, e-mail/), "dominique{Enter}");
  await expect.poll(() => asked.at(-1)?.url.searchParams.get("q")).toBe("dominique");
  expect(router.state.location.search).toBe("?q=dominique");
});

test("says that there are more attendees than are counted", async () => {
  answer("get", "/events/7", 200, event());
  const page = { ...pageOf([]), total: 10_000, last_page: 200, total_is_exact: false };
  answer("get", "/tickets/events/7/attendees", 200, page);
  const { screen } = renderApp("/organise/7/attendees?page=200");
  expect(await screen.findByText(/Plus de 10\s000 billets/)).toBeVisible();
  expect(screen.getByText("Page 200 sur plus de 200")).toBeVisible();
});

test("shows the attendees of one ticket type and state, at an address to share", async () => {
  answer("get", "/events/7", 200, event());
  const asked = answer("get", "/tickets/events/7/attendees", 200, pageOf([]));
  const { screen, person, router } = renderApp("/organise/7/attendees?q=dominique&page=3");
  await person.selectOptions(await screen.findByLabelText("État"), "entré");
  await screen.findByRole("option", { name: "Plein tarif" });
  await person.selectOptions(screen.getByLabelText("Tarif"), "Plein tarif");
  await expect.poll(() => asked.at(-1)?.url.searchParams.get("ticket_type_id")).toBe("3");
  expect(asked.at(-1)?.url.searchParams.get("status")).toBe("used");
  expect(asked.at(-1)?.url.searchParams.get("page")).toBe("1");
  expect(router.state.location.search).toBe("?q=dominique&status=used&ticket_type_id=3");
});

test("a ticket type's own sale opens where it has one, a speaker's introduction too", async () => {
  answer("get", "/events/7", 200, event());
  answer("get", "/events/categories", 200, { data: [] });
  const { screen } = renderApp("/organise/7/edit");
  const terms = (await screen.findByText("Vente et limites de ce tarif")).closest("details");
  expect(terms?.open).toBe(true);
  const about = screen.getByText("Présentation et photo").closest("details");
  expect(about?.open).toBe(true);
  expect(screen.getByDisplayValue("https://example.com/l.png")).toBeVisible();
});

test("an event keeps its category, also when one only passes by before the list is there", async () => {
  answer("get", "/events/7", 200, event({ category: "family" }));
  const categories = [{ key: "family", name_fr: "Famille", name_en: "Family" }];
  answer("get", "/events/categories", 200, { data: categories });
  const saved = answer("patch", "/events/7", 200, event({ category: "family" }));
  const { screen, person } = renderApp("/organise/7/edit");
  const select = await screen.findByLabelText("Genre");
  select.focus();
  select.blur();
  await screen.findByRole("option", { name: "Famille" });
  expect(select).toHaveValue("family");
  await person.click(screen.getByRole("button", { name: "Enregistrer" }));
  await expect.poll(() => saved[0]?.body).toMatchObject({ category: "family" });
});
