import { expect, test } from "vitest";

import type { TicketTypeAnswer } from "@/api/generated/events";

import { cheapest, eventSaleOf, saleOf } from "./sale";
import { anEvent, aType } from "./testing";

const now = Date.parse("2027-06-01T12:00:00Z");
const sale = (values: Partial<TicketTypeAnswer>) =>
  saleOf(anEvent({ per_order_max: 10 }), aType(values), now);

test("an open sale ends at the lower of the limit and what is left", () => {
  expect(sale({ available: 80 })).toMatchObject({ state: "open", quantityMax: 10, isFew: false });
  expect(sale({ available: 3 })).toMatchObject({ state: "open", quantityMax: 3, isFew: true });
  expect(sale({ available: 80, per_order_max: 2 })).toMatchObject({ quantityMax: 2 });
});

test("a small stock is not few by itself", () => {
  expect(sale({ available: 8, capacity: 8 })).toMatchObject({ isFew: false });
});

test("a sale has a beginning and an end", () => {
  expect(sale({ sale_opens_at: "2027-06-02T08:00:00Z" })).toEqual({
    state: "not-yet",
    opensAt: "2027-06-02T08:00:00Z",
  });
  expect(sale({ sale_closes_at: "2027-06-01T12:00:00Z" })).toEqual({ state: "closed" });
  expect(sale({ available: 0 })).toEqual({ state: "sold-out" });
});

test("the event says the best of its types", () => {
  const gone = aType({ id: 1, available: 0 });
  const open = aType({ id: 2 });
  expect(eventSaleOf(anEvent({ ticket_types: [gone, open] }), now)).toBe("open");
  expect(eventSaleOf(anEvent({ ticket_types: [gone] }), now)).toBe("sold-out");
  expect(eventSaleOf(anEvent({ status: "cancelled" }), now)).toBe("cancelled");
  expect(eventSaleOf(anEvent({ date: "2027-05-01T12:00:00Z" }), now)).toBe("over");
});

test("the cheapest final price counts, hidden types do not", () => {
  const types = [
    aType({ total: "22.50" }),
    aType({ total: "9.00" }),
    aType({ total: "1.00", is_hidden: true }),
  ];
  expect(cheapest(anEvent({ ticket_types: types }))).toBe("9.00");
});
