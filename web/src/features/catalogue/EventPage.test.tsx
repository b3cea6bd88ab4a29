import { beforeEach, expect, test } from "vitest";

import { renderApp } from "@/testing/render";
import { answer, refuse } from "@/testing/server";

import { anEvent, aType } from "./testing";

const hold = { id: 42, event_id: 7, status: "active", items: [], total: "43.00", currency: "EUR" };

beforeEach(() => {
  answer("get", "/events/categories", 200, {
    data: [{ key: "concert", name_fr: "Concert", name_en: "Concert" }],
  });
});

test("says what, when and where, in the event's own time", async () => {
  answer("get", "/events/7", 200, anEvent());
  const { screen } = renderApp("/e/7");
  expect(await screen.findByRole("heading", { level: 1 })).toHaveTextContent("Nuit des cordes");
  expect(screen.getByText(/15 juin 2099/)).toHaveTextContent("20:30");
  expect(screen.getByText("Salle des Quais, 4 quai des Arts, Lyon")).toBeInTheDocument();
  expect(document.title).toBe("Nuit des cordes · Guichet");
});

test("shows final prices and takes a hold of what was chosen", async () => {
  answer("get", "/events/7", 200, anEvent());
  const asked = answer("post", "/tickets/holds", 201, {
    hold,
    expires_at: "2099-01-01T00:10:00Z",
    server_time: "2099-01-01T00:00:00Z",
  });
  refuse("get", "/tickets/holds/42", 410, "hold_gone");
  answer("get", "/tickets/payments/config", 200, {});
  const { screen, person, router } = renderApp("/e/7");
  const more = await screen.findByRole("button", { name: /^Une place de plus\s: Plein tarif$/ });
  await person.click(more);
  await person.click(more);
  expect(screen.getByText("43,00 €")).toBeInTheDocument();
  await person.click(screen.getByRole("button", { name: "Garder mes 2 places" }));
  await expect.poll(() => router.state.location.pathname).toBe("/checkout/42");
  expect(asked[0]?.body).toEqual({
    event_id: 7,
    items: [{ ticket_type_id: 11, quantity: 2 }],
    promo_code: null,
  });
  expect(asked[0]?.headers.get("Idempotency-Key")).toMatch(/^[0-9a-f]{32}$/);
  expect(asked[0]?.headers.get("X-Event-Id")).toBe("7");
});

test("says what is not for sale and why", async () => {
  const types = [
    aType({ id: 1, name: "Balcon", available: 0 }),
    aType({ id: 2, name: "Loge", sale_opens_at: "2099-06-01T08:00:00Z" }),
    aType({ id: 3, name: "Fosse", available: 3 }),
    aType({ id: 4, name: "Invités", is_hidden: true }),
  ];
  answer("get", "/events/7", 200, anEvent({ ticket_types: types }));
  const { screen } = renderApp("/e/7");
  expect(await screen.findByText("Complet")).toBeInTheDocument();
  expect(screen.getByText(/En vente le lundi 1er juin 2099/)).toBeInTheDocument();
  expect(screen.getByText("Plus que 3 places")).toBeInTheDocument();
  expect(screen.queryByText("Invités")).not.toBeInTheDocument();
});

test("tells when somebody was quicker, and reads the event anew", async () => {
  const read = answer("get", "/events/7", 200, anEvent());
  refuse("post", "/tickets/holds", 409, "sold_out", "Il ne reste pas assez de places.");
  const { screen, person } = renderApp("/e/7");
  await person.click(await screen.findByRole("button", { name: /de plus\s: Plein tarif/ }));
  await person.click(screen.getByRole("button", { name: "Garder ma place" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Il ne reste pas assez de places.");
  await expect.poll(() => read.length).toBe(2);
});

test("a cancelled event sells nothing and says why", async () => {
  const event = anEvent({ status: "cancelled", cancel_reason: "La salle est inondée." });
  answer("get", "/events/7", 200, event);
  const { screen } = renderApp("/e/7");
  expect(await screen.findByText("La salle est inondée.")).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: /de plus/ })).not.toBeInTheDocument();
});

test("an event that is not there leads back to the others", async () => {
  refuse("get", "/events/7", 404, "event_not_found");
  const { screen } = renderApp("/e/7");
  expect(await screen.findByText("Cet événement n’est plus là")).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "Voir les événements" })).toHaveAttribute("href", "/");
});

test("a promo code opens hidden tickets, lowers the price and goes along with the hold", async () => {
  answer("get", "/events/7", 200, anEvent());
  answer("post", "/tickets/events/7/promo-code", 200, {
    code: "AMIS",
    percent: "50",
    amount: "0.00",
    valid_until: null,
    ticket_type_ids: null,
    currency: "EUR",
    ticket_types: [
      {
        ticket_type_id: 12,
        name: "Loge des amis",
        list_price: "30.00",
        discount: "15.00",
        price: "15.00",
        fee: "1.50",
        total: "16.50",
        left: 4,
      },
    ],
  });
  answer("post", "/tickets/quote", 200, { total: "16.50" });
  const held = answer("post", "/tickets/holds", 201, { hold });
  refuse("get", "/tickets/holds/42", 410, "hold_gone");
  answer("get", "/tickets/payments/config", 200, {});
  const { screen, person } = renderApp("/e/7");
  await person.type(await screen.findByLabelText("Code promo"), "amis");
  await person.click(screen.getByRole("button", { name: "Appliquer" }));
  await screen.findByText("Code AMIS appliqué");
  await person.click(screen.getByRole("button", { name: /de plus\s: Loge des amis/ }));
  await person.click(screen.getByRole("button", { name: "Garder ma place" }));
  await expect.poll(() => held.length).toBe(1);
  expect(held[0]?.body).toMatchObject({
    items: [{ ticket_type_id: 12, quantity: 1 }],
    promo_code: "AMIS",
  });
});

test("an unknown promo code is refused at its field", async () => {
  answer("get", "/events/7", 200, anEvent());
  refuse("post", "/tickets/events/7/promo-code", 404, "promo_code_unknown", "Code inconnu.");
  const { screen, person } = renderApp("/e/7");
  await person.type(await screen.findByLabelText("Code promo"), "RIEN{Enter}");
  expect(await screen.findByText("Code inconnu.")).toBeInTheDocument();
});
