import { beforeEach, expect, test } from "vitest";

import { renderApp } from "@/testing/render";
import { answer, pageOf, refuse } from "@/testing/server";

import { anEvent } from "./testing";

beforeEach(() => {
  answer("get", "/events/categories", 200, {
    data: [{ key: "concert", name_fr: "Concert", name_en: "Concert" }],
  });
});

test("shows what is on, with the final price", async () => {
  answer("get", "/events/public", 200, pageOf([anEvent(), anEvent({ id: 8, title: "Requiem" })]));
  const { screen } = renderApp("/");
  const link = await screen.findByRole("link", { name: "Nuit des cordes" });
  expect(link).toHaveAttribute("href", "/e/7");
  expect(screen.getByRole("link", { name: "Requiem" })).toBeInTheDocument();
  expect(screen.getAllByText("21,50 €")).toHaveLength(2);
  expect(screen.getByText("2 événements")).toBeInTheDocument();
});

test("the address holds the search, and the search goes into the address", async () => {
  const asked = answer("get", "/events/public", 200, pageOf([anEvent()]));
  const { screen, person, router } = renderApp("/?city=Lyon");
  await screen.findByRole("link", { name: "Nuit des cordes" });
  expect(asked[0]?.url.searchParams.get("city")).toBe("Lyon");
  await person.type(screen.getByLabelText("Rechercher"), "cordes{Enter}");
  await expect.poll(() => router.state.location.search).toBe("?q=cordes&city=Lyon");
  await person.selectOptions(screen.getByLabelText("Prix"), "20");
  await expect.poll(() => router.state.location.search).toBe("?q=cordes&city=Lyon&price=20");
  await expect.poll(() => asked.at(-1)?.url.searchParams.get("price_max")).toBe("20.00");
});

test("where nothing matches it says so and shows everything again", async () => {
  answer("get", "/events/public", 200, pageOf([]));
  const { screen, person, router } = renderApp("/?q=rien");
  await person.click(await screen.findByRole("button", { name: "Tout afficher" }));
  await expect.poll(() => router.state.location.search).toBe("");
});

test("a failure can be tried again", async () => {
  refuse("get", "/events/public", 500, "internal", "Le service a échoué.");
  const { screen, person } = renderApp("/");
  expect(await screen.findByRole("alert")).toHaveTextContent("Le service a échoué.");
  answer("get", "/events/public", 200, pageOf([anEvent()]));
  await person.click(screen.getByRole("button", { name: "Réessayer" }));
  expect(await screen.findByRole("link", { name: "Nuit des cordes" })).toBeInTheDocument();
});

test("on a phone one button holds the filters, and says how many are on", async () => {
  answer("get", "/events/public", 200, pageOf([anEvent()]));
  const { screen, person } = renderApp("/?city=Lyon&when=week");
  const button = await screen.findByRole("button", { name: "Filtres (2)" });
  expect(button).toHaveAttribute("aria-expanded", "false");
  await person.click(button);
  expect(button).toHaveAttribute("aria-expanded", "true");
  const price = screen.getByLabelText("Prix");
  await person.selectOptions(price, "20");
  expect(await screen.findByRole("button", { name: "Filtres (3)" })).toBe(button);
  // The form is the same one still: whoever uses the keyboard goes on where they were.
  expect(screen.getByLabelText("Prix")).toBe(price);
});
