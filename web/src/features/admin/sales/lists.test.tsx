import { beforeEach, expect, test } from "vitest";

import { listedOrder } from "@/features/admin/testing";
import { renderApp, signIn } from "@/testing/render";
import { answer, pageOf, refuse } from "@/testing/server";

beforeEach(() => {
  signIn({ id: 1, role: "admin" });
});

test("finds orders by words and state", async () => {
  const asked = answer("get", "/tickets/orders", 200, pageOf([listedOrder()]));
  const { screen, person } = renderApp("/admin/orders");
  await person.type(await screen.findByLabelText("Commande, nom ou e-mail"), "domi");
  await person.click(screen.getByRole("button", { name: "Chercher" }));
  await expect.poll(() => asked.at(-1)?.url.searchParams.get("q")).toBe("domi");
  await person.selectOptions(screen.getByLabelText("État"), "refunded");
  await expect.poll(() => asked.at(-1)?.url.search).toBe("?q=domi&status=refunded&page=1");
  expect(await screen.findByRole("link", { name: "ABCD-1234" })).toHaveAttribute(
    "href",
    "/admin/orders/ABCD-1234",
  );
});

test("takes an order off the list of those that wait once a person says what was done", async () => {
  const waiting = listedOrder({ needs_attention: true, attention: "Payée deux fois." });
  const asked = answer("get", "/tickets/orders", 200, pageOf([waiting]));
  const resolved = answer("post", "/tickets/orders/ABCD-1234/attention/resolve", 200, {});
  const { screen, person } = renderApp("/admin/attention");
  expect(await screen.findByText("Payée deux fois.")).toBeVisible();
  expect(asked[0]?.url.searchParams.get("needs_attention")).toBe("true");
  const name = /^Marquer comme réglée\s: ABCD-1234$/;
  await person.click(screen.getByRole("button", { name }));
  expect(screen.getByRole("button", { name: "Marquer comme réglée" })).toBeDisabled();
  await person.type(await screen.findByLabelText("Ce qui a été fait"), "Rendu par virement");
  await person.click(screen.getByRole("button", { name: "Marquer comme réglée" }));
  expect(await screen.findByText("La commande ABCD-1234 n’attend plus personne.")).toBeVisible();
  expect(resolved[0]?.body).toEqual({ note: "Rendu par virement" });
});

test("an order whose refund is still tried stays, with the reason", async () => {
  const waiting = listedOrder({ needs_attention: true, attention: "Le remboursement attend." });
  answer("get", "/tickets/orders", 200, pageOf([waiting]));
  refuse("post", "/tickets/orders/ABCD-1234/attention/resolve", 409, "under_way", "Cela continue.");
  const { screen, person } = renderApp("/admin/attention");
  await person.click(
    await screen.findByRole("button", { name: /^Marquer comme réglée\s: ABCD-1234$/ }),
  );
  await person.type(await screen.findByLabelText("Ce qui a été fait"), "Rien");
  await person.click(screen.getByRole("button", { name: "Marquer comme réglée" }));
  expect(await screen.findByText("Cela continue.")).toBeVisible();
});

test("lists payments with their state, the reason of a refusal, and the order", async () => {
  const payment = {
    order_code: "ABCD-1234",
    event_title: "Nuit de jazz",
    buyer_name: "Dominique Exemple",
    buyer_email: "dominique@example.com",
    amount: "50.00",
    refunded: "0.00",
    currency: "EUR",
    status: "failed",
    payment_method: "card",
    transaction_id: "pi_1",
    decline_code: "insufficient_funds",
    needs_attention: false,
    created_at: "2027-05-01T09:00:00Z",
    paid_at: null,
  };
  const asked = answer("get", "/tickets/payments", 200, pageOf([payment]));
  const { screen } = renderApp("/admin/payments?status=failed&q=pi_1");
  const row = await screen.findByRole("row", { name: /ABCD-1234/ });
  expect(row).toHaveTextContent("échoué");
  expect(row).toHaveTextContent("refusé : insufficient_funds");
  expect(asked[0]?.url.search).toBe("?q=pi_1&status=failed&page=1");
});

test("a state that is none counts as no filter", async () => {
  const asked = answer("get", "/tickets/payments", 200, pageOf([]));
  const { screen } = renderApp("/admin/payments?status=odd");
  expect(await screen.findByText("Aucun paiement ne correspond.")).toBeVisible();
  expect(asked[0]?.url.search).toBe("?page=1");
});

test("lists the tickets of one event, and of all again", async () => {
  const asked = answer("get", "/tickets/admin/tickets", 200, pageOf([]));
  const { screen, person } = renderApp("/admin/tickets?event=12");
  await expect.poll(() => asked[0]?.url.search).toBe("?event_id=12&page=1");
  await person.click(await screen.findByRole("button", { name: "Tous les événements" }));
  await expect.poll(() => asked.at(-1)?.url.search).toBe("?page=1");
});

test("lists every event with the ways to its pages, a draft without a public one", async () => {
  const event = {
    id: 12,
    title: "Nuit de jazz",
    date: "2027-06-12T18:30:00Z",
    time_zone: "Europe/Paris",
    location: "Lyon",
    status: "draft",
    available_tickets: 40,
    max_tickets: 50,
  };
  const asked = answer("get", "/events", 200, pageOf([event]));
  const { screen } = renderApp("/admin/events?status=draft");
  expect(await screen.findByRole("link", { name: "Nuit de jazz" })).toHaveAttribute(
    "href",
    "/organise/12",
  );
  expect(screen.getByRole("link", { name: "Billets de Nuit de jazz" })).toHaveAttribute(
    "href",
    "/admin/tickets?event=12",
  );
  expect(screen.queryByRole("link", { name: /Page publique/ })).toBeNull();
  expect(screen.getByText("40 sur 50")).toBeVisible();
  expect(asked[0]?.url.searchParams.get("status")).toBe("draft");
});

test("a list that fails says so", async () => {
  refuse("get", "/tickets/payments", 503, "unavailable", "Revenez plus tard.");
  const { screen } = renderApp("/admin/payments");
  expect(await screen.findByText("Revenez plus tard.")).toBeVisible();
});
