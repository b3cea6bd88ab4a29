import { describe, expect, test } from "vitest";

import {
  formatCountdown,
  formatDate,
  formatMinor,
  formatMoney,
  formatPercent,
  formatStub,
  isOtherTimeHere,
  keptTogether,
} from "./format";

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

describe("money", () => {
  test("is written as each language does", () => {
    expect(plain(formatMoney("1299.5", "EUR", "fr"))).toBe("1 299,50 €");
    expect(plain(formatMoney("1299.5", "EUR", "en"))).toBe("€1,299.50");
  });

  test("in minor units follows the currency", () => {
    expect(plain(formatMinor(9999, "EUR", "fr"))).toBe("99,99 €");
    expect(plain(formatMinor(500, "JPY", "en"))).toBe("JP¥500");
  });
});

test("a rate is written as each language does", () => {
  expect(plain(formatPercent("5.5", "fr"))).toBe("5,5 %");
  expect(formatPercent("15", "en")).toBe("15%");
});

test("a date is told by the clock at the place", () => {
  const instant = "2027-06-15T19:30:00Z";
  expect(formatDate(instant, "time", "fr", "Europe/Paris")).toBe("21:30");
  expect(formatDate(instant, "time", "en", "America/Montreal")).toBe("15:30");
});

test("the first of a month is an ordinal in French", () => {
  const first = "2026-12-01T19:30:00Z";
  expect(formatDate(first, "day", "fr", "Europe/Paris")).toBe("mardi 1er décembre 2026");
  expect(formatDate(first, "day", "en", "Europe/Paris")).toBe("Tuesday, 1 December 2026");
  expect(formatDate("2026-12-21T19:30:00Z", "day", "fr", "Europe/Paris")).toMatch(/ 21 déc/);
});

test("a stub has its three words in both languages", () => {
  const first = "2026-12-01T23:30:00Z";
  expect(formatStub(first, "fr", "Europe/Paris")).toEqual({
    weekday: "mer",
    day: "2",
    month: "déc",
  });
  expect(formatStub(first, "en", "Europe/London")).toEqual({
    weekday: "Tue",
    day: "1",
    month: "Dec",
  });
});

test("a clock elsewhere is told from one's own", () => {
  const instant = "2027-06-15T22:30:00Z";
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  expect(isOtherTimeHere(instant, own)).toBe(false);
  expect(isOtherTimeHere(instant, "Pacific/Chatham")).toBe(true);
});

test("no line begins with a colon", () => {
  expect(keptTogether("Cordes : « nuit » !")).toBe("Cordes\u00a0: «\u00a0nuit\u00a0»\u00a0!");
  expect(keptTogether("Cordes: night!")).toBe("Cordes: night!");
});

test("a countdown never goes below nothing", () => {
  expect(formatCountdown(125)).toBe("2:05");
  expect(formatCountdown(3723.9)).toBe("1:02:03");
  expect(formatCountdown(-4)).toBe("0:00");
});
