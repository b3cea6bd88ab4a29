import { expect, test } from "vitest";

import { monthOf, periodOf, today, yearOf } from "./period";

test("a day begins in Paris, not in London", () => {
  expect(today(new Date("2027-06-30T22:30:00Z"))).toBe("2027-07-01");
});

test("months have their own lengths, also over the turn of a year", () => {
  expect(monthOf("2028-02-10")).toEqual({ from: "2028-02-01", to: "2028-02-29" });
  expect(monthOf("2028-01-31", -1)).toEqual({ from: "2027-12-01", to: "2027-12-31" });
  expect(yearOf("2028-01-31")).toEqual({ from: "2028-01-01", to: "2028-12-31" });
});

test("an address without days, or with what is none, means this month", () => {
  const june = { from: "2027-06-01", to: "2027-06-30" };
  expect(periodOf(new URLSearchParams(), "2027-06-15")).toEqual(june);
  expect(periodOf(new URLSearchParams("from=x&to=2027-13-45"), "2027-06-15")).toEqual(june);
  expect(periodOf(new URLSearchParams("from=2027-05-01"), "2027-06-15").from).toBe("2027-05-01");
});
