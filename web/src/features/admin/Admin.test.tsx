import { beforeEach, expect, test } from "vitest";

import { account, renderApp, signIn } from "@/testing/render";
import { answer, pageOf } from "@/testing/server";

beforeEach(() => {
  signIn({ id: 1, role: "admin" });
});

const PURCHASE = {
  order: {
    code: "ABCD-1234",
    total: "50.00",
    currency: "EUR",
    buyer_name: "Dominique Exemple",
    buyer_email: "dominique@example.com",
    payment: { status: "completed" },
    event: { title: "Nuit de jazz" },
  },
  tickets: [
    { id: 1, ticket_number: "TKT-0001", ticket_type: "Plein", status: "confirmed" },
    { id: 2, ticket_number: "TKT-0002", ticket_type: "Plein", status: "cancelled" },
  ],
};

test("shows sales, what wants a person, and every instance", async () => {
  answer("get", "/tickets/overview", 200, {
    today: [{ currency: "EUR", revenue: "120.00" }],
    last_7_days: [],
    last_30_days: [],
    needs_attention: 2,
    events_ahead: 9,
  });
  const instances = [{ instance: "tickets-1", state: "up", latency_ms: 3.4 }];
  answer("get", "/health", 200, { services: { tickets: { status: "ok", instances } } });
  const { screen } = renderApp("/admin");
  expect(await screen.findByText(/120,00\s€/)).toBeVisible();
  expect(screen.getByRole("link", { name: "Voir les commandes" })).toHaveAttribute(
    "href",
    "/admin/orders?attention=1",
  );
  expect(await screen.findByRole("row", { name: /tickets-1/ })).toHaveTextContent("en marche");
});

test("gives a role only after asking", async () => {
  answer("get", "/auth/accounts", 200, pageOf([account({ id: 9 })]));
  const changed = answer("patch", "/auth/accounts/9", 200, { user: account({ id: 9 }) });
  const { screen, person } = renderApp("/admin/users");
  await person.selectOptions(await screen.findByLabelText("Rôle de Camille Martin"), "operator");
  expect(changed).toHaveLength(0);
  await person.click(await screen.findByRole("button", { name: "Donner le rôle « Opérateur »" }));
  await expect.poll(() => changed[0]?.body).toEqual({ role: "operator" });
});

test("disables an account", async () => {
  answer("get", "/auth/accounts", 200, pageOf([account({ id: 9 })]));
  const changed = answer("patch", "/auth/accounts/9", 200, { user: account({ id: 9 }) });
  const { screen, person } = renderApp("/admin/users");
  await person.click(await screen.findByRole("button", { name: "Désactiver" }));
  await expect.poll(() => changed[0]?.body).toEqual({ is_active: false });
});

test("finds the orders that want a person, with the sentence why", async () => {
  const asked = answer("get", "/tickets/orders", 200, pageOf([]));
  const { screen, person } = renderApp("/admin/orders");
  await expect.poll(() => asked[0]?.url.search).toBe("?page=1");
  await person.click(await screen.findByLabelText("Seulement celles à regarder"));
  await expect.poll(() => asked.at(-1)?.url.searchParams.get("needs_attention")).toBe("true");
});

test("refunds the chosen tickets once the amount is shown", async () => {
  answer("get", "/tickets/orders/ABCD-1234", 200, PURCHASE);
  answer("get", "/tickets/orders/ABCD-1234/refund", 200, { refundable: true, total: "25.00" });
  const refunded = answer("post", "/tickets/orders/ABCD-1234/refund", 200, {});
  const { screen, person } = renderApp("/admin/orders/ABCD-1234");
  expect(await screen.findByLabelText("TKT-0002")).toBeDisabled();
  await person.click(screen.getByLabelText("TKT-0001"));
  await person.click(screen.getByRole("button", { name: "Rembourser les billets choisis" }));
  await person.click(await screen.findByRole("button", { name: /rembourser 25,00\s€/ }));
  await expect.poll(() => refunded[0]?.body).toEqual({ ticket_ids: [1], reason: null });
  expect(refunded[0]?.headers.get("Idempotency-Key")).toMatch(/^[0-9a-f]{32}$/);
});

test("gives goodwill with a reason", async () => {
  answer("get", "/tickets/orders/ABCD-1234", 200, PURCHASE);
  const given = answer("post", "/tickets/orders/ABCD-1234/goodwill", 200, {});
  const { screen, person } = renderApp("/admin/orders/ABCD-1234");
  await person.type(await screen.findByLabelText("Montant"), "5,50");
  await person.type(screen.getByLabelText("Raison"), "Retard");
  await person.click(screen.getByRole("button", { name: "Rendre ce montant" }));
  await expect.poll(() => given[0]?.body).toEqual({ amount: "5.50", reason: "Retard" });
});

test("shows who changed what in the log of each service", async () => {
  const entry = {
    entry_id: 1,
    occurred_at: "2027-06-01T10:00:00Z",
    actor_id: 1,
    actor_role: "admin",
    action: "auth.role.changed",
    subject: "account:9",
    before: { role: "user" },
    after: { role: "operator" },
  };
  answer("get", "/tickets/audit", 200, { data: [], next_cursor: null });
  answer("get", "/auth/audit", 200, { data: [entry], next_cursor: null });
  const { screen, person } = renderApp("/admin/audit");
  await person.click(await screen.findByRole("radio", { name: "Comptes" }));
  expect(await screen.findByRole("row", { name: /auth.role.changed/ })).toHaveTextContent(
    '{"role":"user"} → {"role":"operator"}',
  );
});
