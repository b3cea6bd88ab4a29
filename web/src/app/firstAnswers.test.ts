import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, test } from "vitest";

import { startsWithSession } from "@/api/session";
import { signIn } from "@/testing/render";

import { takeFirstAnswers } from "./firstAnswers";

const KEY = ["/api/v1/events/public", { page: 1, per_page: 12, sort: "date" }];

beforeEach(() => {
  const answers = JSON.stringify([{ key: KEY, data: { total: 3 } }]);
  document.body.innerHTML = `<script type="application/json" id="first-answers">${answers}</script>`;
});

test("what came with the page need not be asked, and is known to be old", async () => {
  await startsWithSession();
  const queries = new QueryClient();
  takeFirstAnswers(queries);
  // The cache finds it whatever else is left open in the question.
  const asked = ["/api/v1/events/public", { ...(KEY[1] as object), q: undefined }];
  expect(queries.getQueryData(asked)).toEqual({ total: 3 });
  expect(queries.getQueryState(asked)?.dataUpdatedAt).toBeLessThan(Date.now() - 5000);
});

test("a visitor's account sees what everybody sees, one with a role asks for itself", () => {
  signIn({ role: "user" });
  const visitor = new QueryClient();
  takeFirstAnswers(visitor);
  expect(visitor.getQueryData(KEY)).toEqual({ total: 3 });
  signIn({ role: "admin" });
  const administrator = new QueryClient();
  takeFirstAnswers(administrator);
  expect(administrator.getQueryData(KEY)).toBeUndefined();
});

test("a page without answers begins with none", async () => {
  document.body.innerHTML = "";
  await startsWithSession();
  const queries = new QueryClient();
  takeFirstAnswers(queries);
  expect(queries.getQueryCache().getAll()).toEqual([]);
});
