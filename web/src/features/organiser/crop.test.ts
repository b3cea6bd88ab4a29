import { expect, test } from "vitest";

import { sizeOf } from "./crop";

test("what is cut is 8 to 5, never wider than pages show it and never blown up", () => {
  expect(sizeOf({ x: 0, y: 0, width: 4000, height: 2500 })).toEqual({ width: 1600, height: 1000 });
  expect(sizeOf({ x: 9, y: 9, width: 800.4, height: 500.2 })).toEqual({ width: 800, height: 500 });
  expect(sizeOf({ x: 0, y: 0, width: 0.2, height: 0.1 })).toEqual({ width: 1, height: 1 });
});
