import { within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import { renderApp, signIn } from "@/testing/render";
import { answer, refuse } from "@/testing/server";

import { PREVIEW, run, showsEvent } from "./testing";

const PATH = "/organise/7/refunds";
const RUNS = "/tickets/events/7/refunds";

beforeEach(() => {
  signIn({ id: 3, role: "event_creator" });
  showsEvent();
});

test("begins once it has said how much goes back and whom it tells, then follows", async () => {
  answer("get", `${RUNS}/preview`, 200, PREVIEW);
  answer("get", RUNS, 200, { event_id: 7, runs: [] });
  const { screen, person } = renderApp(PATH);
  await person.click(await screen.findByRole("button", { name: "Rembourser tout le monde" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText("Acheteurs prévenus par e-mail").nextElementSibling).toHaveTextContent(
    "12",
  );
  const confirm = dialog.getByRole("button", { name: /rendre 520,00\s€/ });
  const underWay = run({ finished_at: null, orders_done: 3, refunds: 3, refunded: "60.00" });
  const started = answer("post", RUNS, 202, { event_id: 7, runs: [underWay] });
  await person.click(confirm);
  expect(await dialog.findByText("Ce champ est à remplir.")).toBeVisible();
  expect(started).toHaveLength(0);
  answer("get", RUNS, 200, { event_id: 7, runs: [run()] });
  await person.type(dialog.getByLabelText(/Raison/), "Tempête");
  await person.click(confirm);
  expect(await screen.findByText(/Les remboursements sont lancés/)).toBeVisible();
  expect(screen.getByText("3 sur 14")).toBeVisible();
  expect(started[0]?.body).toEqual({ reason: "Tempête", confirm_total: "520.00" });
  // Asked again every two seconds while it is under way.
  expect((await screen.findAllByText("14 sur 14")).length).toBe(2);
}, 20_000);

test("shows anew what would go back where that has changed meanwhile", async () => {
  answer("get", `${RUNS}/preview`, 200, PREVIEW);
  answer("get", RUNS, 200, { event_id: 7, runs: [] });
  const { screen, person } = renderApp(PATH);
  await person.click(await screen.findByRole("button", { name: "Rembourser tout le monde" }));
  const dialog = within(await screen.findByRole("dialog"));
  refuse("post", RUNS, 409, "total_differs", "Le total à rembourser est de 546.00 EUR.");
  answer("get", `${RUNS}/preview`, 200, { ...PREVIEW, total: "546.00" });
  await person.type(dialog.getByLabelText(/Raison/), "Tempête");
  await person.click(dialog.getByRole("button", { name: /rendre 520,00\s€/ }));
  expect(await dialog.findByText(/546.00 EUR/)).toBeVisible();
  expect(await dialog.findByRole("button", { name: /rendre 546,00\s€/ })).toBeVisible();
});

test("an event with nothing to give back says so, with its earlier runs", async () => {
  answer("get", `${RUNS}/preview`, 200, { ...PREVIEW, orders: 0, tickets: 0, total: "0.00" });
  const attention = "La carte n’existe plus.";
  const runs = [run({ refunds_waiting: 2, needs_attention: 1, attention })];
  answer("get", RUNS, 200, { event_id: 7, runs });
  const { screen } = renderApp(PATH);
  expect(await screen.findByText(/Il n’y a rien à rembourser/)).toBeVisible();
  expect(screen.getByText(/2 remboursements attendent/)).toBeVisible();
  expect(screen.getByText(attention)).toBeVisible();
  expect(screen.getByRole("progressbar")).toHaveAttribute("aria-valuenow", "100");
});

test("a cancelled event refunds by itself: there is nothing to begin", async () => {
  showsEvent({ status: "cancelled" });
  answer("get", `${RUNS}/preview`, 200, PREVIEW);
  answer("get", RUNS, 200, { event_id: 7, runs: [] });
  const { screen } = renderApp(PATH);
  expect(await screen.findByText(/les remboursements partent d’eux-mêmes/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Rembourser tout le monde" })).toBeNull();
  // It was begun and finished between two looks.
  const runs = [run({ reason: "event_cancelled" })];
  answer("get", RUNS, 200, { event_id: 7, runs });
  answer("get", `${RUNS}/preview`, 200, { ...PREVIEW, orders: 0, tickets: 0, total: "0.00" });
  expect(await screen.findByText(/Il n’y a rien à rembourser/)).toBeVisible();
  expect(screen.getByText("Événement annulé")).toBeVisible();
}, 20_000);

test("somebody else's event stays closed", async () => {
  refuse("get", `${RUNS}/preview`, 403, "forbidden", "Ceci ne vous est pas ouvert.");
  refuse("get", RUNS, 403, "forbidden", "Ceci ne vous est pas ouvert.");
  const { screen } = renderApp(PATH);
  expect(await screen.findByText("Ceci ne vous est pas ouvert.")).toBeVisible();
});
