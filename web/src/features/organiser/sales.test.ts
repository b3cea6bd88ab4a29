import { expect, test } from "vitest";

import { DAYS_SHOWN_MAX, daysOf, hoursOf } from "./sales";

const NOW = new Date("2027-06-03T22:30:00Z");
const day = (name: string, tickets = 1) => ({ day: name, tickets, revenue: "25.00" });

test("days without a sale are there, up to today by the event's calendar", () => {
  const shown = daysOf([day("2027-06-01", 3), day("2027-06-03")], "Europe/Paris", NOW);
  expect(shown.map(({ at, tickets }) => [at, tickets])).toEqual([
    ["2027-06-01", 3],
    ["2027-06-02", 0],
    ["2027-06-03", 1],
    ["2027-06-04", 0],
  ]);
  expect(shown[1]?.revenue).toBe("0.00");
});

test("a long sale shows its last days", () => {
  const shown = daysOf([day("2026-01-01"), day("2027-06-02")], "UTC", NOW);
  expect(shown).toHaveLength(DAYS_SHOWN_MAX);
  expect(shown.at(-2)).toMatchObject({ at: "2027-06-02", tickets: 1 });
});

test("no sale, no days", () => {
  expect(daysOf([], "UTC", NOW)).toEqual([]);
});

test("the hours are those of the clock at the place", () => {
  const sold = [{ hour: "2027-06-03T21:30:00Z", tickets: 4, revenue: "100.00" }];
  const shown = hoursOf(sold, "Asia/Kolkata", NOW);
  expect(shown).toHaveLength(48);
  expect(shown.at(-1)).toEqual({ at: "2027-06-03T22:30:00.000Z", tickets: 0, revenue: "0.00" });
  expect(shown.at(-2)).toMatchObject({ tickets: 4, revenue: "100.00" });
});
