import { expect, test } from "vitest";

import { paths, safeNext } from "./paths";

const DIRECT_ROUTES = ["/auth", "/users", "/events", "/tickets", "/notifications"];

test("no page stands where the services are", () => {
  const built = Object.values(paths).map((build) =>
    (build as (...parts: string[]) => string)("7", "x"),
  );
  const taken = built.filter((path) => DIRECT_ROUTES.some((route) => path.startsWith(route)));
  expect(taken).toEqual([]);
});

test("what a person typed cannot leave its place in an address", () => {
  expect(paths.order("../x?y")).toBe("/my/orders/..%2Fx%3Fy");
  expect(paths.home({ q: "a&b", city: "" })).toBe("/?q=a%26b");
});

test("after signing in one stays on this site", () => {
  expect(safeNext("/my/tickets", "/")).toBe("/my/tickets");
  for (const elsewhere of ["https://example.com", "//example.com", "/\\example.com", null]) {
    expect(safeNext(elsewhere, "/")).toBe("/");
  }
});
