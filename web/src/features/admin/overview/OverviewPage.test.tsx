import { beforeEach, expect, test } from "vitest";

import { renderApp, signIn } from "@/testing/render";
import { answer, pageOf, refuse } from "@/testing/server";

import { ticketsByDay } from "./SalesByDay";

const DAY = { day: "2027-06-03", currency: "EUR", tickets: 4, revenue: "120.00" };

beforeEach(() => {
  signIn({ id: 1, role: "admin" });
  answer("get", "/auth/accounts", 200, pageOf([]));
  answer("get", "/notifications/health", 200, { given_up: 3, channels: [] });
  answer("get", "/health", 200, { services: {} });
});

function overview(values: object = {}): object {
  return {
    today: [{ currency: "EUR", tickets: 4, revenue: "120.00" }],
    last_7_days: [],
    last_30_days: [],
    days: [DAY],
    refunds_pending: [{ currency: "EUR", refunds: 2, amount: "40.00" }],
    needs_attention: 2,
    events_ahead: 9,
    ...values,
  };
}

test("shows sales, what wants a person with the way there, and every instance", async () => {
  answer("get", "/tickets/overview", 200, overview());
  const instances = [{ instance: "tickets-1", state: "up", latency_ms: 3.4 }];
  answer("get", "/health", 200, { services: { tickets: { status: "ok", instances } } });
  const { screen } = renderApp("/admin");
  expect((await screen.findAllByText(/120,00\s€/))[0]).toBeVisible();
  expect(screen.getByRole("link", { name: "Les regarder" })).toHaveAttribute(
    "href",
    "/admin/attention",
  );
  expect(await screen.findByText("3")).toBeVisible();
  expect(await screen.findByRole("row", { name: /tickets-1/ })).toHaveTextContent("en marche");
});

test("says that there are more accounts than are counted", async () => {
  answer("get", "/tickets/overview", 200, overview());
  answer("get", "/auth/accounts", 200, { ...pageOf([]), total: 10_000, total_is_exact: false });
  const { screen } = renderApp("/admin");
  expect(await screen.findByText(/plus de 10\s000/)).toBeVisible();
});

test("says so where nothing was sold, and where it cannot be told", async () => {
  answer("get", "/tickets/overview", 200, overview({ today: [], days: [] }));
  const { screen } = renderApp("/admin");
  expect((await screen.findAllByText("aucune vente")).length).toBeGreaterThan(1);
});

test("shows what failed, with a way to try again", async () => {
  refuse("get", "/tickets/overview", 503, "unavailable", "Revenez plus tard.");
  const { screen } = renderApp("/admin");
  expect(await screen.findByText("Revenez plus tard.")).toBeVisible();
});

test("leads to every page of the area, also behind the button of a phone", async () => {
  answer("get", "/tickets/overview", 200, overview());
  const { screen, person } = renderApp("/admin");
  const menu = await screen.findByRole("button", { name: "Pages de l’administration" });
  expect(menu).toHaveAttribute("aria-expanded", "false");
  await person.click(menu);
  expect(menu).toHaveAttribute("aria-expanded", "true");
  expect(screen.getByRole("link", { name: "Vue d’ensemble" })).toHaveAttribute("aria-current");
  expect(screen.getByRole("link", { name: "Rapprochement" })).toHaveAttribute(
    "href",
    "/admin/reconciliation",
  );
});

test("the days of all currencies stand in a row that ends with the latest sale", () => {
  const days = [DAY, { ...DAY, currency: "CHF", tickets: 1 }, { ...DAY, day: "2027-06-01" }];
  expect(ticketsByDay(days)).toHaveLength(30);
  expect(ticketsByDay(days).slice(-3)).toEqual([4, 0, 5]);
});
