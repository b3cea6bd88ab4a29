import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { renderApp, signIn } from "@/testing/render";
import { answer, refuse } from "@/testing/server";

import { showsEvent } from "./testing";

const NOTHING = {
  gross: "0.00",
  refunds: "0.00",
  fees: "0.00",
  vat: "0.00",
  net: "0.00",
  provider_fees: "0.00",
  disputes: "0.00",
  event_id: 7,
  title: "Nuit de jazz",
  currency: "EUR",
  discounts: "0.00",
  vat_by_rate: [],
  by_ticket_type: [],
  by_day: [],
};
const SUMS = { ...NOTHING, gross: "78.30", refunds: "26.10", fees: "2.20", vat: "2.60" };

beforeEach(() => {
  signIn({ id: 3, role: "event_creator" });
  showsEvent();
});

test("shows what was taken, refunded, kept as fees, and is left, to the cent", async () => {
  answer("get", "/tickets/events/7/report", 200, {
    ...SUMS,
    net: "50.00",
    discounts: "7.50",
    vat_by_rate: [{ rate: "5.5", of: "tickets", base: "47.40", amount: "2.60" }],
    by_day: [{ ...SUMS, net: "50.00", day: "2027-06-01" }],
  });
  const { screen } = renderApp("/organise/7/report");
  const [net] = await screen.findAllByText("Net pour vous");
  expect(net?.nextElementSibling).toHaveTextContent(/50,00\s€dont TVA à déclarer 2,60\s€/);
  expect(screen.getByText(/Remises accordées/).nextElementSibling).toHaveTextContent("7,50");
  expect(screen.queryByText("Paiements contestés")).toBeNull();
  expect(screen.getByRole("row", { name: /5,5\s%\s*billets 47,40\s€ 2,60\s€/ })).toBeVisible();
  expect(screen.getByRole("row", { name: /1er juin 2027 78,30\s€ 26,10\s€/ })).toBeVisible();
});

/** The names under which files are handed to the browser, which jsdom cannot take. */
function savedFiles(): string[] {
  const names: string[] = [];
  URL.createObjectURL = () => "blob:file";
  URL.revokeObjectURL = () => undefined;
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    names.push(this.download);
  });
  return names;
}

afterEach(() => vi.restoreAllMocks());

test("is taken along as a table that spreadsheets can read", async () => {
  answer("get", "/tickets/events/7/report", 200, NOTHING);
  answer("get", "/tickets/events/7/report.csv", 200, {});
  const saved = savedFiles();
  const { screen, person } = renderApp("/organise/7/report");
  await person.click(await screen.findByRole("button", { name: "Rapport en CSV" }));
  await expect.poll(() => saved, { timeout: 10_000 }).toEqual(["report-7.csv"]);
  refuse("get", "/tickets/events/7/orders.csv", 503, "unavailable", "Dans un instant.");
  await person.click(screen.getByRole("button", { name: "Commandes en CSV" }));
  expect(await screen.findByText("Dans un instant.")).toBeVisible();
});

test("before the first sale, its tables say so", async () => {
  answer("get", "/tickets/events/7/report", 200, NOTHING);
  const { screen } = renderApp("/organise/7/report");
  expect(await screen.findByText(/Aucune TVA/)).toBeVisible();
  expect(screen.getByText("Aucun mouvement pour l’instant.")).toBeVisible();
});

test("somebody else's money stays closed", async () => {
  refuse("get", "/tickets/events/7/report", 403, "forbidden", "Ceci ne vous est pas ouvert.");
  const { screen } = renderApp("/organise/7/report");
  expect(await screen.findByText("Ceci ne vous est pas ouvert.")).toBeVisible();
});
