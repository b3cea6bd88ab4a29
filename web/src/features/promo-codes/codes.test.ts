import { expect, test } from "vitest";

import { askedOf, NEW_CODE, stateOf, stopped, suggestion, valuesOf } from "./codes";
import { promo } from "./testing";

const AT = new Date("2027-05-01T12:00:00Z");

test("a code is taken within its time, as often as it may be", () => {
  expect(stateOf(promo(), AT)).toBe("running");
  expect(stateOf(promo({ valid_from: "2027-05-02T00:00:00Z" }), AT)).toBe("planned");
  expect(stateOf(promo({ max_uses: 5, uses: 5 }), AT)).toBe("used_up");
  expect(stateOf(promo({ max_uses: 5, uses: 4 }), AT)).toBe("running");
  expect(stateOf(promo({ valid_until: "2027-05-01T12:00:00Z" }), AT)).toBe("over");
});

test("what is stopped before its time ends without a beginning after its end", () => {
  expect(stopped(promo(), AT)).toEqual({ valid_until: "2027-05-01T12:00:00.000Z" });
  expect(stopped(promo({ valid_from: "2027-06-01T00:00:00Z" }), AT)).toEqual({
    valid_until: "2027-05-01T12:00:00.000Z",
    valid_from: null,
  });
});

test("asks for one kind of discount only, in the clock of the place", () => {
  const values = { ...NEW_CODE, code: " AMIS ", kind: "amount" as const, percent: "10" };
  const times = { valid_until: "2027-06-15T20:30", amount: "5,5", max_uses: "20" };
  expect(askedOf({ ...values, ...times }, "Europe/Paris")).toEqual({
    code: "AMIS",
    percent: "0",
    amount: "5.5",
    max_uses: 20,
    valid_from: null,
    valid_until: "2027-06-15T18:30:00.000Z",
    ticket_type_ids: null,
    reveals_hidden: false,
  });
});

test("a code without a discount opens hidden ticket types", () => {
  expect(askedOf({ ...NEW_CODE, kind: "none" }, "UTC").reveals_hidden).toBe(true);
});

test("keeps the seconds of an end that was not touched", () => {
  const known = promo({ valid_until: "2027-05-01T12:00:31.250Z" });
  const values = valuesOf(known, "Europe/Paris");
  expect(askedOf(values, "Europe/Paris", known).valid_until).toBe("2027-05-01T12:00:31.250Z");
});

test("suggests codes that differ", () => {
  expect(suggestion()).toMatch(/^[A-Z2-9]{8}$/);
  expect(suggestion()).not.toBe(suggestion());
});
