import { expect, test } from "vitest";

import { rememberOrderAccess } from "@/api/orderAccess";
import { renderApp } from "@/testing/render";
import { answer, refuse } from "@/testing/server";

const order = {
  id: 1,
  code: "ABCD-1234",
  event_id: 7,
  status: "pending",
  failure: null as string | null,
  items: [],
  quantity: 1,
  subtotal: "20.00",
  discount: "0.00",
  fees: "0.00",
  total: "20.00",
  vat: [],
  currency: "EUR",
  buyer_name: "Camille Martin",
  buyer_email: "camille@example.com",
  created_at: "2027-06-01T12:01:00Z",
  payment: null,
  next_action: null as object | null,
  access_token: null,
  needs_attention: false,
  refunded: "0.00",
  refunds: [] as object[],
  event: {
    id: 7,
    title: "Nuit des cordes",
    date: "2099-06-15T18:30:00Z",
    time_zone: "Europe/Paris",
    location: "Lyon",
  },
};

const ticket = {
  id: 5,
  ticket_number: "TKT-AAAA",
  event_id: 7,
  user_id: null,
  order_code: "ABCD-1234",
  ticket_type_id: 11,
  ticket_type: "Plein tarif",
  price: "20.00",
  fee: "0.00",
  total: "20.00",
  currency: "EUR",
  status: "confirmed",
  purchase_date: "2027-06-01T12:01:00Z",
  used_at: null,
  cancelled_at: null,
  payment: null,
  event: order.event,
};

test("stays true while the payment is being settled, and settles by itself", async () => {
  answer("get", "/tickets/orders/ABCD-1234", 200, { order, tickets: [] });
  const { screen } = renderApp("/my/orders/ABCD-1234");
  expect(await screen.findByText("Nous attendons la réponse de la banque")).toBeInTheDocument();
  expect(screen.queryByText(/est à vous/)).not.toBeInTheDocument();
  answer("get", "/tickets/5/qr.svg", 200, {});
  answer("get", "/tickets/orders/ABCD-1234", 200, {
    order: { ...order, status: "confirmed" },
    tickets: [ticket],
  });
  expect(await screen.findByText("Votre place est à vous")).toBeInTheDocument();
  expect(screen.getByText("TKT-AAAA")).toBeInTheDocument();
});

test("counts the places that are still theirs", async () => {
  answer("get", "/tickets/5/qr.svg", 200, {});
  answer("get", "/tickets/orders/ABCD-1234", 200, {
    order: { ...order, status: "confirmed", quantity: 3 },
    tickets: [
      ticket,
      { ...ticket, id: 6, status: "used", used_at: "2027-06-21T18:00:00Z" },
      { ...ticket, id: 7, status: "cancelled", cancelled_at: "2027-06-02T08:00:00Z" },
    ],
  });
  const { screen } = renderApp("/my/orders/ABCD-1234");
  expect(await screen.findByText("Vos 2 places sont à vous")).toBeInTheDocument();
});

test("opens by the secret of the link, which leaves the address", async () => {
  window.history.replaceState(null, "", "/my/orders/ABCD-1234#access=sesame");
  const asked = answer("get", "/tickets/orders/ABCD-1234", 200, {
    order: { ...order, status: "cancelled" },
    tickets: [],
  });
  const { screen } = renderApp("/my/orders/ABCD-1234");
  await screen.findByText("Commande annulée");
  expect(asked[0]?.url.searchParams.get("access")).toBe("sesame");
  expect(window.location.hash).toBe("");
});

test("back from the bank it has the provider asked, with the guest's access", async () => {
  rememberOrderAccess("ABCD-1234", "sesame");
  const url = "https://bank.example/3ds";
  answer("get", "/tickets/orders/ABCD-1234", 200, {
    order: {
      ...order,
      status: "awaiting_payment",
      next_action: { type: "redirect_to_url", url, client_secret: null },
    },
    tickets: [],
  });
  const asked = answer("post", "/tickets/orders/ABCD-1234/payment/check", 202, { checking: true });
  const { screen } = renderApp("/my/orders/ABCD-1234");
  const link = await screen.findByRole("link", { name: "Aller sur la page de la banque" });
  expect(link).toHaveAttribute("href", url);
  await expect.poll(() => asked.length).toBe(1);
  expect(asked[0]?.url.searchParams.get("access")).toBe("sesame");
});

test("says why an order failed, and that nothing was taken", async () => {
  answer("get", "/tickets/orders/ABCD-1234", 200, {
    order: { ...order, status: "failed", failure: "insufficient_funds" },
    tickets: [],
  });
  const { screen } = renderApp("/my/orders/ABCD-1234");
  expect(await screen.findByText(/faute de provision/)).toBeInTheDocument();
  expect(screen.getByText(/Rien n’a été pris/)).toBeInTheDocument();
});

test("does not blame the bank for an amount that nobody can charge", async () => {
  answer("get", "/tickets/orders/ABCD-1234", 200, {
    order: { ...order, status: "failed", failure: "amount_too_small" },
    tickets: [],
  });
  const { screen } = renderApp("/my/orders/ABCD-1234");
  expect(await screen.findByText(/trop petit pour être encaissé/)).toBeInTheDocument();
});

test("does not open to a stranger, and says how it would", async () => {
  refuse("get", "/tickets/orders/ABCD-1234", 404, "order_not_found");
  const { screen } = renderApp("/my/orders/ABCD-1234");
  expect(await screen.findByText("Cette commande ne s’ouvre pas ici")).toBeInTheDocument();
  const find = screen.getByRole("link", { name: "Recevoir un nouveau lien" });
  expect(find).toHaveAttribute("href", "/find-order");
});

test("offers the receipt of a paid order, and the credit note of its refund", async () => {
  const paid = { ...order, status: "confirmed", payment: { refunded_amount: "0.00" } };
  answer("get", "/tickets/orders/ABCD-1234", 200, { order: paid, tickets: [] });
  const one = { issued_at: "2027-06-01T12:02:00Z", currency: "EUR", url: "" };
  const asked = answer("get", "/tickets/orders/ABCD-1234/documents", 200, {
    data: [
      { ...one, number: "G3-2027-000001", kind: "receipt", total: "20.00" },
      { ...one, number: "G3-2027-000002", kind: "credit_note", total: "-20.00" },
    ],
  });
  rememberOrderAccess("ABCD-1234", "secret-of-the-mail");
  const { screen } = renderApp("/my/orders/ABCD-1234");
  expect(await screen.findByRole("button", { name: "Reçu G3-2027-000001" })).toBeVisible();
  expect(screen.getByRole("button", { name: "Avoir G3-2027-000002" })).toBeVisible();
  expect(asked[0]?.url.searchParams.get("access")).toBe("secret-of-the-mail");
});

test("says that a refund has not arrived, and what happens next", async () => {
  const refund = { id: 3, amount: "20.00", status: "failed", is_retried: false };
  const shown = { ...order, status: "cancelled", needs_attention: true, refunds: [refund] };
  answer("get", "/tickets/orders/ABCD-1234", 200, { order: shown, tickets: [] });
  const { screen } = renderApp("/my/orders/ABCD-1234");
  const said = await screen.findByText(/Votre remboursement de 20,00\s€ ne vous est pas parvenu/);
  expect(said).toBeVisible();
  expect(screen.getByText(/Ce montant vous reste dû/)).toBeVisible();
  expect(screen.queryByText(/Quelque chose retient/)).toBeNull();
});
