import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";

import type { TicketView } from "@/api/generated/tickets";
import { renderApp, signIn } from "@/testing/render";
import { answer, pageOf, server } from "@/testing/server";

const DAY_MS = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();

function ticket(values: Partial<TicketView> & { title?: string; date?: string }): TicketView {
  const { title = "Nuit de jazz", date = inDays(3), ...rest } = values;
  return {
    id: 1,
    ticket_number: "TKT-AAAA-0001",
    event_id: 7,
    user_id: 4,
    order_code: "ABCD-1234",
    ticket_type_id: 1,
    ticket_type: "Plein tarif",
    price: "25.00",
    fee: "0.00",
    total: "25.00",
    currency: "EUR",
    status: "confirmed",
    purchase_date: inDays(-1),
    used_at: null,
    cancelled_at: null,
    refund_status: null,
    payment: null,
    event: { id: 7, title, date, time_zone: "Europe/Paris", location: "Le Périscope, Lyon" },
    ...rest,
  };
}

function drawsCode() {
  const picture = () =>
    new HttpResponse("<svg xmlns='http://www.w3.org/2000/svg'/>", {
      headers: { "Content-Type": "image/svg+xml" },
    });
  server.use(http.get("*/api/v1/tickets/:id/qr.svg", picture));
}

const MINE = [
  ticket({ id: 1, title: "Plus tard", date: inDays(9) }),
  ticket({ id: 2, title: "Bientôt" }),
  ticket({ id: 3, title: "Hier", date: inDays(-1), status: "used" }),
  ticket({ id: 4, title: "Annulée", status: "cancelled" }),
];

test("shows what is coming, the next first, and keeps its codes", async () => {
  signIn();
  answer("get", "/tickets/user/4", 200, pageOf(MINE));
  const codes = answer("get", "/tickets/:id/qr.svg", 200, {});
  const { screen } = renderApp("/my/tickets");
  const names = await screen.findAllByRole("heading", { level: 2 });
  expect(names.map((name) => name.textContent)).toEqual(["Bientôt", "Plus tard"]);
  await expect.poll(() => codes.length).toBe(2);
});

test("shows past and cancelled tickets at addresses of their own", async () => {
  signIn();
  answer("get", "/tickets/user/4", 200, pageOf(MINE));
  answer("get", "/tickets/:id/qr.svg", 200, {});
  const { screen, person } = renderApp("/my/tickets?show=past");
  expect(await screen.findByRole("heading", { level: 2 })).toHaveTextContent("Hier");
  await person.click(screen.getByRole("link", { name: /Annulés/ }));
  expect(await screen.findByRole("heading", { level: 2 })).toHaveTextContent("Annulée");
});

test("says so where there is none, and leads to the events", async () => {
  signIn();
  answer("get", "/tickets/user/4", 200, pageOf([]));
  const { screen } = renderApp("/my/tickets");
  expect(await screen.findByText("Aucune sortie prévue pour l’instant.")).toBeVisible();
  expect(screen.getByRole("link", { name: "Voir les événements" })).toHaveAttribute("href", "/");
});

test("shows the code of a valid ticket, and why another has none", async () => {
  signIn();
  answer("get", "/tickets/3", 200, ticket({ id: 3, status: "used", used_at: inDays(-1) }));
  const { screen } = renderApp("/my/tickets/3");
  expect(await screen.findByText(/^Utilisé le /)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Agrandir le QR code" })).toBeNull();
});

test("says what comes back before a ticket is cancelled, then cancels it", async () => {
  signIn();
  answer("get", "/tickets/1", 200, ticket({}));
  drawsCode();
  answer("get", "/tickets/1/refund", 200, {
    refundable: true,
    reason: null,
    message: null,
    tickets: [{ id: 1, refund: "23.00", kept: "2.00", fee_kept: "0.50" }],
    total: "23.00",
    currency: "EUR",
    until: null,
  });
  const cancelled = answer("post", "/tickets/1/cancel", 200, {});
  const { screen, person } = renderApp("/my/tickets/1");
  await person.click(await screen.findByRole("button", { name: "Annuler ce billet" }));
  expect((await screen.findAllByText(/2,50\s€/)).length).toBeGreaterThan(0);
  await person.click(await screen.findByRole("button", { name: /recevoir 23,00\s€/ }));
  await expect.poll(() => cancelled.length).toBe(1);
});

test("says why a ticket cannot be given back", async () => {
  signIn();
  answer("get", "/tickets/1", 200, ticket({}));
  drawsCode();
  answer("get", "/tickets/1/refund", 200, {
    refundable: false,
    reason: "refund_too_late",
    message: "Le délai est passé.",
    tickets: [],
    total: "0.00",
    currency: "EUR",
    until: null,
  });
  const { screen } = renderApp("/my/tickets/1");
  expect(await screen.findByText("Le délai est passé.")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Annuler ce billet" })).toBeNull();
});
