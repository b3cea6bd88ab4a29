import { beforeEach, expect, test } from "vitest";

import { renderApp, signIn } from "@/testing/render";
import { answer, pageOf, refuse } from "@/testing/server";

import { CODE, listedOrder, showsEvent } from "./testing";

beforeEach(() => {
  signIn({ id: 3, role: "event_creator" });
  showsEvent();
});

test("lists the event's orders, each leading to its page", async () => {
  const attention = "La banque ne répond pas.";
  const orders = [listedOrder(), listedOrder({ id: 2, code: "EFGH-5678", attention })];
  const asked = answer("get", "/tickets/orders", 200, pageOf(orders));
  const { screen } = renderApp("/organise/7/orders");
  const row = await screen.findByRole("row", {
    name: /ABCD-1234 Dominique Exemple.*confirmée.*52,00\s€/,
  });
  expect(row).toBeVisible();
  expect(screen.getByRole("link", { name: CODE })).toHaveAttribute(
    "href",
    `/organise/7/orders/${CODE}`,
  );
  expect(screen.getByText(attention)).toBeVisible();
  expect(asked[0]?.url.searchParams.get("event_id")).toBe("7");
  expect(asked[0]?.url.searchParams.has("status")).toBe(false);
});

test("searches and filters at an address to share", async () => {
  const asked = answer("get", "/tickets/orders", 200, pageOf([]));
  const { screen, person, router } = renderApp("/organise/7/orders?page=3");
  await person.selectOptions(await screen.findByLabelText("État"), "remboursée");
  await expect.poll(() => asked.at(-1)?.url.searchParams.get("status")).toBe("refunded");
  await person.type(screen.getByLabelText(/Commande, nom/), "dominique{Enter}");
  await expect.poll(() => asked.at(-1)?.url.searchParams.get("q")).toBe("dominique");
  expect(router.state.location.search).toBe("?status=refunded&q=dominique");
  expect(await screen.findByText("Aucune commande ne correspond.")).toBeVisible();
});

test("says that nothing is sold yet", async () => {
  answer("get", "/tickets/orders", 200, pageOf([]));
  const { screen } = renderApp("/organise/7/orders");
  expect(await screen.findByText(/Aucune commande pour l’instant/)).toBeVisible();
});

test("says why there is no list", async () => {
  refuse("get", "/tickets/orders", 403, "forbidden", "Ceci ne vous est pas ouvert.");
  const { screen } = renderApp("/organise/7/orders");
  expect(await screen.findByText("Ceci ne vous est pas ouvert.")).toBeVisible();
});
