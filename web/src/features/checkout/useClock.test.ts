import { expect, test } from "vitest";

import { secondsLeft } from "./useClock";

const expires = "2027-06-01T12:10:00Z";
const server = "2027-06-01T12:00:00Z";

test("a device whose clock is wrong counts down all the same", () => {
  const received = Date.parse("1999-01-01T00:00:00Z");
  expect(secondsLeft(expires, server, received, received)).toBe(600);
  expect(secondsLeft(expires, server, received, received + 90_000)).toBe(510);
});

test("after the end nothing is left, never less", () => {
  expect(secondsLeft(expires, server, 0, 601_000)).toBe(0);
});
