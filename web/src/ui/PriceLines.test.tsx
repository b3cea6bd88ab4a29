import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { type Priced, PriceLines } from "./PriceLines";

const line = {
  ticket_type_id: 1,
  ticket_type: "Balcon",
  quantity: 3,
  list_price: "19.99",
  discount: "2.00",
};
const priced: Priced = {
  items: [line],
  subtotal: "53.97",
  discount: "6.00",
  fees: "4.50",
  total: "58.47",
  vat: [
    { rate: "5.5", base: "51.16", amount: "2.81" },
    { rate: "20", base: "3.75", amount: "0.75" },
  ],
  currency: "EUR",
};

const show = (values: Partial<Priced> = {}, refunded?: string) =>
  render(
    <MantineProvider>
      <PriceLines priced={{ ...priced, ...values }} refunded={refunded} />
    </MantineProvider>,
  );

const amounts = () =>
  Object.fromEntries(
    screen
      .getAllByRole("term")
      .map((term) => [term.textContent, term.nextElementSibling?.textContent?.replace(/\s/g, " ")]),
  );

test("says what the price is made of, and adds up", () => {
  show();
  expect(amounts()).toEqual({
    "3 × Balcon": "59,97 €",
    Remise: "-6,00 €",
    "Frais de réservation": "4,50 €",
    Total: "58,47 €",
  });
  expect(screen.getByText(/TVA comprise/).textContent?.replace(/\s/g, " ")).toBe(
    "TVA comprise : 2,81 € à 5,5 %, 0,75 € à 20 %",
  );
});

test("leaves out what is nothing", () => {
  show({ discount: "0.00", fees: "0.00", vat: [] });
  expect(Object.keys(amounts())).toEqual(["3 × Balcon", "Total"]);
  expect(screen.queryByText(/TVA/)).not.toBeInTheDocument();
});

test("says what was given back", () => {
  show({}, "19.49");
  expect(amounts()).toMatchObject({ Remboursé: "19,49 €" });
});
