import { expect, test } from "vitest";

import { renderApp, signIn } from "@/testing/render";
import { answer, pageOf } from "@/testing/server";

const PURCHASE = {
  order_code: "ABCD-1234",
  status: "partly_cancelled",
  purchase_date: "2027-06-01T10:00:00Z",
  total: "50.00",
  refunded: "25.00",
  currency: "EUR",
  event: { id: 7, title: "Nuit de jazz" },
  tickets: [{}, {}],
};

test("lists what was bought, and what came back of it", async () => {
  signIn();
  answer("get", "/users/me/purchases", 200, pageOf([PURCHASE]));
  const { screen } = renderApp("/my/orders");
  const row = await screen.findByRole("row", { name: /ABCD-1234/ });
  expect(row).toHaveTextContent(/50,00\s€/);
  expect(row).toHaveTextContent(/25,00\s€/);
  expect(row).toHaveTextContent("En partie annulée");
  expect(screen.getByRole("link", { name: "ABCD-1234" })).toHaveAttribute(
    "href",
    "/my/orders/ABCD-1234",
  );
});

test("leads to the events whoever has bought nothing yet", async () => {
  signIn();
  answer("get", "/users/me/purchases", 200, pageOf([]));
  const { screen } = renderApp("/my/orders");
  expect(await screen.findByText("Vous n’avez encore rien acheté.")).toBeVisible();
});
