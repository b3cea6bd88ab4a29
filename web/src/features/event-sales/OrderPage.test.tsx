import { within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import { renderApp, signIn } from "@/testing/render";
import { answer, refuse } from "@/testing/server";

import { CODE, purchase, refundState, showsEvent, ticket } from "./testing";

const PATH = `/organise/7/orders/${CODE}`;
const ORDER = `/tickets/orders/${CODE}`;
const PREVIEW = {
  refundable: true,
  reason: null,
  message: null,
  tickets: [{ id: 1, refund: "26.00", kept: "0.00", fee_kept: "0.00" }],
  total: "26.00",
  currency: "EUR",
  until: null,
};

beforeEach(() => {
  signIn({ id: 3, role: "event_creator" });
  showsEvent();
  answer("get", `${ORDER}/documents`, 200, { data: [] });
});

test("refunds one ticket once it has said what goes back and whom it tells", async () => {
  answer("get", ORDER, 200, purchase([ticket(1), ticket(2)]));
  const asked = answer("get", `${ORDER}/refund`, 200, PREVIEW);
  const given = { ...PREVIEW, order_code: CODE, status: "pending" };
  const refunded = answer("post", `${ORDER}/refund`, 200, given);
  const { screen, person } = renderApp(PATH);
  await person.click(await screen.findByLabelText("Choisir le billet TKT-0001"));
  await person.click(screen.getByRole("button", { name: "Rembourser le billet choisi" }));
  const dialog = within(await screen.findByRole("dialog"));
  const row = await dialog.findByRole("row", { name: /TKT-0001/ });
  expect(row).toHaveTextContent(/26,00\s€26,00\s€/);
  expect(dialog.getByText(/dominique@example.com en est prévenu/)).toBeVisible();
  expect(dialog.getByText(/Rien n’est gardé/)).toBeVisible();
  await person.type(dialog.getByLabelText("Raison, pour l’acheteur"), "Erreur de date");
  expect(refunded).toHaveLength(0);
  answer("get", ORDER, 200, purchase([ticket(1, { status: "cancelled" }), ticket(2)]));
  await person.click(dialog.getByRole("button", { name: /Annuler le billet et rendre 26,00\s€/ }));
  expect(await screen.findByText(/C’est annulé : 26,00\s€/)).toBeVisible();
  expect(asked[0]?.url.searchParams.get("ticket_ids")).toBe("1");
  expect(refunded[0]?.body).toEqual({ ticket_ids: [1], reason: "Erreur de date" });
  expect(refunded[0]?.headers.get("Idempotency-Key")).toMatch(/^[0-9a-f]{32}$/);
});

test("shows what the rules or an earlier gesture keep back", async () => {
  answer("get", ORDER, 200, purchase([ticket(1)]));
  const tickets = [{ id: 1, refund: "20.90", kept: "0.00", fee_kept: "0.00" }];
  answer("get", `${ORDER}/refund`, 200, { ...PREVIEW, tickets, total: "20.90" });
  const { screen, person } = renderApp(PATH);
  await person.click(await screen.findByRole("button", { name: "Rembourser toute la commande" }));
  const row = await screen.findByRole("row", { name: /TKT-0001 26,00/ });
  expect(row).toHaveTextContent(/26,00\s€5,10\s€20,90\s€/);
  expect(screen.queryByText(/Rien n’est gardé/)).toBeNull();
});

test("does nothing where the server refuses, and says why", async () => {
  answer("get", ORDER, 200, purchase([ticket(1)]));
  const message = "Ce billet a déjà servi.";
  const refused = { ...PREVIEW, refundable: false, reason: "already_used", message };
  answer("get", `${ORDER}/refund`, 200, refused);
  const refunded = answer("post", `${ORDER}/refund`, 200, {});
  const { screen, person } = renderApp(PATH);
  await person.click(await screen.findByRole("button", { name: "Rembourser toute la commande" }));
  expect(await screen.findByText(message)).toBeVisible();
  expect(screen.getByRole("button", { name: /Annuler le billet/ })).toBeDisabled();
  expect(refunded).toHaveLength(0);
});

test("who was admitted or has it back already cannot be chosen", async () => {
  const used = ticket(1, { status: "used", used_at: "2027-06-15T19:00:00Z" });
  const back = ticket(2, { status: "cancelled", refund_status: "pending" });
  answer("get", ORDER, 200, purchase([used, back, ticket(3)]));
  const { screen, person } = renderApp(PATH);
  expect(await screen.findByLabelText("Choisir le billet TKT-0001")).toBeDisabled();
  expect(screen.getByLabelText("Choisir le billet TKT-0002")).toBeDisabled();
  expect(screen.getByText(/annulé, remboursement en cours/)).toBeVisible();
  await person.click(screen.getByLabelText("Choisir tous les billets valables"));
  expect(screen.getByLabelText("Choisir le billet TKT-0003")).toBeChecked();
  expect(screen.getByRole("button", { name: "Rembourser tout ce qui reste" })).toBeEnabled();
});

test("lists refunds with their reasons, and documents", async () => {
  const refunds = [refundState(), refundState({ id: 6, reason: "late_payment", note: null })];
  answer("get", ORDER, 200, purchase([ticket(1)], { refunds, refunded: "26.00" }));
  const document = {
    number: "G3-2027-000001",
    kind: "credit_note",
    issued_at: "2027-06-01T10:00:00Z",
    total: "26.00",
    currency: "EUR",
    url: "",
  };
  answer("get", `${ORDER}/documents`, 200, { data: [document] });
  const { screen } = renderApp(PATH);
  expect(await screen.findByText("Erreur de date")).toBeVisible();
  expect(screen.getByText(/paiement non abouti/)).toBeVisible();
  expect(await screen.findByRole("button", { name: "Avoir G3-2027-000001" })).toBeVisible();
});

test("mails the tickets again, and says when that is too often", async () => {
  answer("get", ORDER, 200, purchase([ticket(1)]));
  const sent = answer("post", `${ORDER}/resend`, 202, { order_code: CODE, message: "" });
  const { screen, person } = renderApp(PATH);
  await person.click(await screen.findByRole("button", { name: /Renvoyer les billets/ }));
  expect(await screen.findByText("Les billets repartent à dominique@example.com.")).toBeVisible();
  expect(sent).toHaveLength(1);
  refuse("post", `${ORDER}/resend`, 429, "sent_too_often", "Réessayez dans une heure.");
  await person.click(screen.getByRole("button", { name: /Renvoyer les billets/ }));
  expect(await screen.findByText("Réessayez dans une heure.")).toBeVisible();
});

test("an order that is not there says so", async () => {
  refuse("get", ORDER, 404, "order_not_found", "Cette commande n’existe pas.");
  const { screen } = renderApp(PATH);
  expect(await screen.findByText("Cette commande n’existe pas.")).toBeVisible();
});
