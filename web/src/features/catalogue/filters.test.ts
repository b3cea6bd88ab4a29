import { expect, test } from "vitest";

import { activeFilters, daysOf, filtersOf, isFiltered, queryOf } from "./filters";

const wednesday = new Date(2027, 5, 16);
const sunday = new Date(2027, 5, 20);

test("the address says what is asked for", () => {
  const filters = filtersOf(new URLSearchParams("q=jazz&city=Lyon&price=20&sort=price&page=3"));
  expect(queryOf(filters, wednesday)).toMatchObject({
    q: "jazz",
    city: "Lyon",
    price_max: "20.00",
    sort: "price",
    page: 3,
  });
  expect(isFiltered(filters)).toBe(true);
});

test("what makes no sense is left out", () => {
  const filters = filtersOf(new URLSearchParams("when=never&price=-1&sort=x&page=-2&category=a/b"));
  expect(filters).toMatchObject({ when: "", price: "", sort: "", page: 1, category: "ab" });
  expect(isFiltered(filtersOf(new URLSearchParams("page=2")))).toBe(false);
});

test("what a closed form hides is counted", () => {
  const count = (address: string) => activeFilters(filtersOf(new URLSearchParams(address)));
  expect(count("q=jazz&page=2&sort=date")).toBe(0);
  expect(count("q=jazz&city=Lyon&when=week&sort=price")).toBe(3);
});

test("a weekend is from Friday to Sunday, or what is left of it", () => {
  expect(daysOf("weekend", wednesday)).toEqual({ from: "2027-06-18", to: "2027-06-20" });
  expect(daysOf("weekend", sunday)).toEqual({ from: "2027-06-20", to: "2027-06-20" });
  expect(daysOf("week", wednesday)).toEqual({ from: "2027-06-16", to: "2027-06-22" });
  expect(daysOf("today", sunday)).toEqual({ from: "2027-06-20", to: "2027-06-20" });
  expect(daysOf("", sunday)).toBeNull();
});
