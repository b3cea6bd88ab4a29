import { expect, test } from "vitest";

import { renderApp, signIn } from "@/testing/render";
import { answer } from "@/testing/server";

import { ownPath } from "./InboxPage";

const NOTICE = {
  id: 12,
  kind: "order_confirmed",
  title: "Vos billets sont là",
  body: "Deux places pour Nuit de jazz.",
  link: "http://localhost:8080/my/orders/ABCD-1234",
  created_at: "2027-06-01T10:00:00Z",
  read_at: null,
};

test("shows what came, and marks as read what is opened", async () => {
  signIn();
  answer("get", "/notifications/inbox", 200, { data: [NOTICE], next_cursor: null, unread: 1 });
  const read = answer("post", "/notifications/inbox/12/read", 200, NOTICE);
  const { screen, person } = renderApp("/my/inbox");
  await screen.findByRole("heading", { name: "Vos billets sont là" });
  expect(screen.getByText(/non lue/)).toBeVisible();
  await person.click(screen.getByRole("link", { name: "Ouvrir" }));
  await expect.poll(() => read.length).toBe(1);
});

test("marks all as read in one go", async () => {
  signIn();
  answer("get", "/notifications/inbox", 200, { data: [NOTICE], next_cursor: null, unread: 1 });
  const all = answer("post", "/notifications/inbox/read", 200, { marked: 1 });
  const { screen, person } = renderApp("/my/inbox");
  await person.click(await screen.findByRole("button", { name: "Tout marquer comme lu" }));
  await expect.poll(() => all.length).toBe(1);
});

test("follows a mailed link within the app", () => {
  expect(ownPath("https://tickets.example.com/my/orders/A?access=x")).toBe("/my/orders/A?access=x");
});
