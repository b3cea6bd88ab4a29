import { within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import { listedOrder } from "@/features/admin/testing";
import { renderApp, signIn } from "@/testing/render";
import { answer, pageOf, refuse } from "@/testing/server";

beforeEach(() => {
  signIn({ id: 1, role: "admin" });
});

const PREVIEW = {
  refundable: true,
  message: null,
  currency: "EUR",
  total: "25.00",
  tickets: [{ id: 1, refund: "25.00", kept: "0.00", fee_kept: "0.00" }],
};
const EVENT = { title: "Nuit de jazz", time_zone: "Europe/Paris" };
const TICKET = {
  ticket_type: "Plein",
  total: "25.00",
  currency: "EUR",
  refund_status: null,
  used_at: null,
  cancelled_at: null,
  event: EVENT,
};

function purchase(order: object = {}): object {
  return {
    order: {
      id: 7,
      code: "ABCD-1234",
      event_id: 12,
      status: "confirmed",
      total: "50.00",
      refunded: "0.00",
      currency: "EUR",
      buyer_name: "Dominique Exemple",
      buyer_email: "dominique@example.com",
      created_at: "2027-05-01T09:00:00Z",
      promo_code: null,
      needs_attention: false,
      refunds: [],
      payment: {
        status: "completed",
        paid_at: "2027-05-01T09:00:05Z",
        payment_method: "card",
        transaction_id: "pi_1",
      },
      event: EVENT,
      ...order,
    },
    tickets: [
      { id: 1, ticket_number: "TKT-0001", status: "confirmed", ...TICKET },
      { id: 2, ticket_number: "TKT-0002", status: "cancelled", ...TICKET },
    ],
  };
}

test("refunds the chosen ticket once the amount is shown, and says so", async () => {
  answer("get", "/tickets/orders/ABCD-1234", 200, purchase());
  answer("get", "/tickets/orders/ABCD-1234/refund", 200, PREVIEW);
  const refunded = answer("post", "/tickets/orders/ABCD-1234/refund", 200, PREVIEW);
  const { screen, person } = renderApp("/admin/orders/ABCD-1234");
  expect(await screen.findByLabelText("Choisir le billet TKT-0002")).toBeDisabled();
  await person.click(screen.getByLabelText("Choisir le billet TKT-0001"));
  await person.click(screen.getByRole("button", { name: "Rembourser le billet choisi" }));
  const dialog = within(await screen.findByRole("dialog"));
  await person.type(dialog.getByLabelText("Raison, pour l’acheteur"), "Erreur de date");
  await person.click(await screen.findByRole("button", { name: /rendre 25,00\s€/ }));
  expect(await screen.findByText(/25,00\s€ repartent vers/)).toBeVisible();
  expect(refunded[0]?.body).toEqual({ ticket_ids: [1], reason: "Erreur de date" });
  expect(refunded[0]?.headers.get("Idempotency-Key")).toMatch(/^[0-9a-f]{32}$/);
});

test("gives goodwill with a reason once the amount is confirmed", async () => {
  answer("get", "/tickets/orders/ABCD-1234", 200, purchase());
  const given = answer("post", "/tickets/orders/ABCD-1234/goodwill", 200, {});
  const { screen, person } = renderApp("/admin/orders/ABCD-1234");
  await person.type(await screen.findByLabelText("Montant"), "5,50");
  await person.type(screen.getByLabelText("Raison"), "Retard");
  await person.click(screen.getByRole("button", { name: "Rendre ce montant" }));
  expect(given).toHaveLength(0);
  await person.click(await screen.findByRole("button", { name: /^Rendre 5,50\s€/ }));
  await expect.poll(() => given[0]?.body).toEqual({ amount: "5.50", reason: "Retard" });
});

test("shows the payment, the refunds and the ways elsewhere", async () => {
  const refund = {
    id: 3,
    amount: "25.00",
    status: "pending",
    reason: "holder",
    note: "Malade",
    failure_reason: null,
    is_retried: false,
    is_paid_otherwise: false,
    is_refused: false,
    requested_at: "2027-05-02T09:00:00Z",
    completed_at: null,
  };
  answer("get", "/tickets/orders/ABCD-1234", 200, purchase({ refunds: [refund] }));
  const { screen } = renderApp("/admin/orders/ABCD-1234");
  expect(await screen.findByText("pi_1")).toBeVisible();
  expect(screen.getByRole("row", { name: /Malade/ })).toHaveTextContent("en cours");
  expect(screen.getByRole("link", { name: "Journal de la commande" })).toHaveAttribute(
    "href",
    "/admin/audit?subject=order%3A7",
  );
  expect(screen.getByRole("link", { name: "Nuit de jazz" })).toHaveAttribute(
    "href",
    "/organise/12",
  );
});

test("says why a person has to look at it", async () => {
  answer("get", "/tickets/orders/ABCD-1234", 200, purchase({ needs_attention: true }));
  const waiting = listedOrder({ needs_attention: true, attention: "Payée deux fois." });
  answer("get", "/tickets/orders", 200, pageOf([waiting]));
  const { screen } = renderApp("/admin/orders/ABCD-1234");
  expect(await screen.findByText("Payée deux fois.")).toBeVisible();
});

test("an order that is not there says so", async () => {
  refuse(
    "get",
    "/tickets/orders/ABCD-1234",
    404,
    "order_not_found",
    "Cette commande n’existe pas.",
  );
  const { screen } = renderApp("/admin/orders/ABCD-1234");
  expect(await screen.findByText("Cette commande n’existe pas.")).toBeVisible();
});

const RETURNED = {
  id: 3,
  amount: "25.00",
  status: "failed",
  reason: "holder",
  note: null,
  requested_at: "2027-05-02T09:00:00Z",
  completed_at: null,
  failed_at: "2027-05-09T09:00:00Z",
  failure_reason: "expired_or_canceled_card",
  is_retried: false,
  is_paid_otherwise: false,
  is_refused: false,
};

test("tries a refund again that the bank has returned", async () => {
  answer("get", "/tickets/orders/ABCD-1234", 200, purchase({ refunds: [RETURNED] }));
  const asked = answer("post", "/tickets/orders/ABCD-1234/refunds/3/retry", 200, {});
  const { screen, person } = renderApp("/admin/orders/ABCD-1234");
  expect(await screen.findByText(/25,00\s€ sont revenus de la banque/)).toBeVisible();
  expect(screen.getByText(/La carte a expiré ou a été remplacée/)).toBeVisible();
  await person.click(screen.getByRole("button", { name: "Relancer le remboursement" }));
  expect(asked).toHaveLength(0);
  const again = [
    { ...RETURNED, is_retried: true },
    { ...RETURNED, id: 4, status: "pending", failed_at: null },
  ];
  answer("get", "/tickets/orders/ABCD-1234", 200, purchase({ refunds: again }));
  await person.click(await screen.findByRole("button", { name: /Rendre 25,00\s€ à nouveau/ }));
  await expect.poll(() => screen.queryByText(/sont revenus de la banque/)).toBeNull();
  expect(asked[0]?.headers.get("Idempotency-Key")).toMatch(/^[0-9a-f]{32}$/);
});

test("notes by what other means a returned refund was paid", async () => {
  answer("get", "/tickets/orders/ABCD-1234", 200, purchase({ refunds: [RETURNED] }));
  const noted = answer("post", "/tickets/orders/ABCD-1234/refunds/3/settle", 200, {});
  const { screen, person } = renderApp("/admin/orders/ABCD-1234");
  await person.click(await screen.findByRole("button", { name: "Payé par un autre moyen" }));
  const confirm = await screen.findByRole("button", { name: /Noter 25,00\s€ comme payés/ });
  expect(confirm).toBeDisabled();
  await person.type(screen.getByLabelText("Comment, et quand"), "Virement du 3 mai");
  await person.click(confirm);
  await expect.poll(() => noted[0]?.body).toEqual({ reason: "Virement du 3 mai" });
});

test("notes by what other means a refused refund was paid", async () => {
  const refused = { ...RETURNED, status: "pending", failed_at: null, is_refused: true };
  answer("get", "/tickets/orders/ABCD-1234", 200, purchase({ refunds: [refused] }));
  const noted = answer("post", "/tickets/orders/ABCD-1234/refunds/3/settle", 200, {});
  const { screen, person } = renderApp("/admin/orders/ABCD-1234");
  expect(await screen.findByText(/25,00\s€ : le prestataire de paiement refuse/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Relancer le remboursement" })).toBeNull();
  await person.click(screen.getByRole("button", { name: "Payé par un autre moyen" }));
  await person.type(screen.getByLabelText("Comment, et quand"), "Virement du 3 mai");
  await person.click(screen.getByRole("button", { name: /Noter 25,00\s€ comme payés/ }));
  await expect.poll(() => noted[0]?.body).toEqual({ reason: "Virement du 3 mai" });
});

test("a refund that another has replaced says so", async () => {
  const refunds = [{ ...RETURNED, is_retried: true }];
  answer("get", "/tickets/orders/ABCD-1234", 200, purchase({ refunds }));
  const { screen } = renderApp("/admin/orders/ABCD-1234");
  expect(await screen.findByText("un autre l’a remplacé")).toBeVisible();
});
