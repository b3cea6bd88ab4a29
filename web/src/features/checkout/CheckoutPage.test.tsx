import { beforeEach, expect, test, vi } from "vitest";

import { orderAccess } from "@/api/orderAccess";
import { renderApp, signIn } from "@/testing/render";
import { answer, refuse } from "@/testing/server";

import { browser } from "./usePurchase";

const line = {
  ticket_type_id: 11,
  ticket_type: "Plein tarif",
  quantity: 2,
  list_price: "20.00",
  discount: "0.00",
  price: "20.00",
  fee: "1.50",
  total: "43.00",
};
const priced = {
  items: [line],
  quantity: 2,
  subtotal: "40.00",
  discount: "0.00",
  fees: "3.00",
  total: "43.00",
  vat: [],
  currency: "EUR",
};
const hold = { ...priced, id: 42, event_id: 7, status: "active" };
const held = {
  hold,
  expires_at: "2027-06-01T12:10:00Z",
  server_time: "2027-06-01T12:00:00Z",
};
const order = {
  refunds: [],
  ...priced,
  id: 1,
  code: "ABCD-1234",
  event_id: 7,
  status: "confirmed",
  failure: null,
  buyer_name: "Camille Martin",
  buyer_email: "camille@example.com",
  created_at: "2027-06-01T12:01:00Z",
  payment: null,
  next_action: null,
  access_token: "open-sesame",
  needs_attention: false,
  event: {
    id: 7,
    title: "Nuit des cordes",
    date: "2099-06-15T18:30:00Z",
    time_zone: "Europe/Paris",
    location: "Lyon",
  },
};

beforeEach(() => {
  answer("get", "/tickets/holds/42", 200, held);
  answer("get", "/events/7", 200, { ...order.event, venue: null, city: null });
  answer("get", "/tickets/orders/ABCD-1234", 200, { order, tickets: [] });
  answer("get", "/tickets/payments/config", 200, {
    provider: "stripe",
    mode: "sandbox",
    publishable_key: null,
    browser_url: null,
  });
});

async function fillIn() {
  const app = renderApp("/checkout/42");
  const { person, screen } = app;
  await person.type(await screen.findByLabelText("Nom"), "Camille Martin");
  await person.type(screen.getByLabelText("Adresse e-mail"), "camille@example.com");
  await person.click(screen.getByRole("button", { name: /4242 4242 4242 4242/ }));
  return app;
}

const pay = { name: /^Payer 43,00/ };

test("a guest pays once, however often the button is pressed", async () => {
  const asked = answer("post", "/tickets/purchase", 201, { order, tickets: [] });
  const { person, screen, router } = await fillIn();
  await person.dblClick(screen.getByRole("button", pay));
  await screen.findByText("Vos 2 places sont à vous");
  expect(router.state.location.pathname).toBe("/my/orders/ABCD-1234");
  expect(asked).toHaveLength(1);
  expect(asked[0]?.body).toMatchObject({
    hold_id: 42,
    guest: { name: "Camille Martin", email: "camille@example.com", language: "fr" },
    payment: { card_number: "4242 4242 4242 4242", expiry: "12/34", cvv: "123" },
  });
  expect(orderAccess("ABCD-1234")).toBe("open-sesame");
});

test("a lost connection is asked about again under the same key, a refusal is over", async () => {
  const lost = refuse("post", "/tickets/purchase", 503, "unavailable");
  const { person, screen } = await fillIn();
  await person.click(screen.getByRole("button", pay));
  await screen.findByRole("alert");
  const declined = refuse("post", "/tickets/purchase", 402, "payment_declined", "Refusé.");
  await person.click(screen.getByRole("button", pay));
  await screen.findByText("Refusé.");
  expect(screen.getByText(/Vos places restent gardées/)).toBeInTheDocument();
  expect(screen.getByLabelText("Nom")).toHaveValue("Camille Martin");
  const paid = answer("post", "/tickets/purchase", 201, { order, tickets: [] });
  await person.click(screen.getByRole("button", pay));
  await screen.findByText("Vos 2 places sont à vous");
  const keyOf = (seen: typeof lost) => seen[0]?.headers.get("Idempotency-Key");
  expect(keyOf(declined)).toBe(keyOf(lost));
  expect(keyOf(paid)).not.toBe(keyOf(lost));
  expect(paid[0]?.headers.get("X-Event-Id")).toBe("7");
});

test("the bank's page is followed where it asks for the buyer", async () => {
  const left = vi.spyOn(browser, "leaveTo").mockImplementation(() => undefined);
  const waiting = {
    ...order,
    status: "awaiting_payment",
    next_action: { type: "redirect_to_url", url: "https://bank.example/3ds", client_secret: null },
  };
  answer("post", "/tickets/purchase", 202, { order: waiting, tickets: [] });
  const { person, screen } = await fillIn();
  await person.click(screen.getByRole("button", pay));
  await expect.poll(() => left.mock.calls).toEqual([["https://bank.example/3ds"]]);
  left.mockRestore();
});

test("who is signed in is not asked for a name", async () => {
  signIn();
  const asked = answer("post", "/tickets/purchase", 201, { order, tickets: [] });
  const { person, screen } = renderApp("/checkout/42");
  await screen.findByText(/Camille Martin · camille@example.com/);
  await person.click(screen.getByRole("button", { name: /4242 4242 4242 4242/ }));
  await person.click(screen.getByRole("button", pay));
  await screen.findByText("Vos 2 places sont à vous");
  expect(asked[0]?.body).toMatchObject({ guest: null });
});

test("what is free needs no card", async () => {
  const free = { ...hold, total: "0.00", fees: "0.00" };
  answer("get", "/tickets/holds/42", 200, { ...held, hold: free });
  const { screen } = renderApp("/checkout/42");
  expect(await screen.findByRole("button", { name: "Confirmer mes places" })).toBeInTheDocument();
  expect(screen.queryByLabelText("Numéro de carte")).not.toBeInTheDocument();
});

test("a hold that has ended leads back to the event", async () => {
  answer("get", "/tickets/holds/42", 200, { ...held, hold: { ...hold, status: "expired" } });
  const { screen } = renderApp("/checkout/42");
  expect(await screen.findByText("Vos places ne sont plus gardées")).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "Choisir de nouveau" })).toHaveAttribute("href", "/e/7");
});
