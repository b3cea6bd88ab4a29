import { fireEvent } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import { renderApp, signIn } from "@/testing/render";
import { answer, refuse } from "@/testing/server";

const STATEMENT = {
  organiser_id: 3,
  currency: "EUR",
  currencies: ["EUR"],
  opening_balance: "10.00",
  closing_balance: "33.70",
  movements: [
    {
      day: "2027-06-01",
      event_id: 7,
      event_title: "Nuit de jazz",
      kind: "capture",
      amount: "25.00",
    },
    { day: "2027-06-01", event_id: 7, event_title: "Nuit de jazz", kind: "vat", amount: "-1.30" },
  ],
};
const PATH = "/tickets/organisers/3/statement";

beforeEach(() => {
  signIn({ id: 3, role: "event_creator" });
});

test("leads from balance to balance over the days of the address", async () => {
  const asked = answer("get", PATH, 200, STATEMENT);
  const { screen } = renderApp("/organise/statement?from=2027-06-01&to=2027-06-30");
  expect(await screen.findByText(/Solde au mer\. 30 juin 2027/)).toBeVisible();
  expect(screen.getByText(/33,70\s€/)).toBeVisible();
  expect(screen.getByRole("row", { name: /TVA des billets -1,30\s€/ })).toBeVisible();
  expect(screen.getByRole("link", { name: "Nuit de jazz" })).toHaveAttribute(
    "href",
    "/organise/7/report",
  );
  expect(asked[0]?.url.search).toBe("?from=2027-06-01&to=2027-06-30");
});

test("begins with a currency that one has sold in", async () => {
  const asked = answer("get", PATH, 200, {
    ...STATEMENT,
    currency: "CHF",
    currencies: ["CHF", "SEK"],
  });
  const { screen } = renderApp("/organise/statement?from=2027-06-01&to=2027-06-30");
  expect(await screen.findByLabelText("Monnaie")).toHaveValue("CHF");
  expect(screen.getByLabelText("Monnaie").querySelectorAll("option")).toHaveLength(2);
  expect(screen.getByText(/33,70\sCHF/)).toBeVisible();
  expect(asked).toHaveLength(1);
});

test("shows other days, not such that end before they begin", async () => {
  const asked = answer("get", PATH, 200, { ...STATEMENT, movements: [] });
  const { screen, person, router } = renderApp("/organise/statement?from=2027-06-01&to=2027-06-30");
  expect(await screen.findByText(/Rien n’a bougé/)).toBeVisible();
  fireEvent.change(screen.getByLabelText("Au"), { target: { value: "2027-05-01" } });
  await person.click(screen.getByRole("button", { name: "Afficher" }));
  expect(await screen.findByText("La fin précède le début.")).toBeVisible();
  fireEvent.change(screen.getByLabelText("Du"), { target: { value: "2027-04-01" } });
  await person.click(screen.getByRole("button", { name: "Afficher" }));
  await expect.poll(() => asked.at(-1)?.url.searchParams.get("from")).toBe("2027-04-01");
  expect(router.state.location.search).toBe("?from=2027-04-01&to=2027-05-01&currency=EUR");
});

test("offers the currencies of one's events where there are several", async () => {
  answer("get", PATH, 200, { ...STATEMENT, currencies: ["CHF", "EUR"] });
  const { screen } = renderApp("/organise/statement");
  expect(await screen.findByLabelText("Monnaie")).toHaveValue("EUR");
});

test("says why there is none", async () => {
  refuse("get", PATH, 403, "forbidden", "Ceci ne vous est pas ouvert.");
  const { screen } = renderApp("/organise/statement");
  expect(await screen.findByText("Ceci ne vous est pas ouvert.")).toBeVisible();
});
