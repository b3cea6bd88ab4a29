import { expect, test } from "vitest";
import { event, TERMS } from "./testing";
import { changesOf, leastCharged, newEvent, newType, valuesOf } from "./values";

test("takes a French comma, and leaves out what is not filled in", () => {
  const changes = changesOf(
    {
      ...newEvent(TERMS),
      title: " Nuit de jazz ",
      date: "2027-06-15T20:30",
      location: "Lyon",
      per_account_max: "",
      ticket_types: [{ ...newType(TERMS), name: "Plein", price: "9,50", capacity: "100" }],
      fee_per_ticket: "0,50",
    },
    null,
  );
  expect(changes).toMatchObject({
    title: "Nuit de jazz",
    venue: null,
    per_account_max: null,
    ticket_types: [{ id: null, name: "Plein", price: "9.50", capacity: 100, vat_rate: "5.5" }],
    fee: { per_ticket: "0.50", percent: "0", mode: "on_top" },
  });
  expect(changes.version).toBeUndefined();
});

test("gives back unchanged what was not changed", () => {
  const before = event();
  const changes = changesOf(valuesOf(before), before);
  expect(changes.version).toBe(before.version);
  expect(changes.sponsors).toEqual(before.sponsors);
  expect(changes.speakers).toEqual(before.speakers);
  expect(changes.speakers?.[0]).toMatchObject({ id: 5, company: "Radio", bio: "Chante." });
  expect(changes.sponsors?.[0]).toMatchObject({ id: 6, logo_url: "https://example.com/l.png" });
  expect(changes.ticket_types?.[0]).toMatchObject({ id: 3, per_order_max: 4 });
});

test("a ticket type has its own sale and limits, or those of the event", () => {
  const before = event();
  const [type] = before.ticket_types;
  if (type === undefined) throw new Error("no ticket type");
  const own = { ...type, sale_opens_at: "2027-06-01T08:00:00Z", per_account_max: 2 };
  const values = valuesOf({ ...before, ticket_types: [own] });
  // By the clock at the place.
  expect(values.ticket_types[0]).toMatchObject({
    sale_opens_at: "2027-06-01T10:00",
    sale_closes_at: "",
    per_order_max: "4",
    per_account_max: "2",
  });
  const [line] = values.ticket_types;
  if (line === undefined) throw new Error("no line");
  const changed = { ...line, sale_opens_at: "", per_order_max: "6" };
  expect(changesOf({ ...values, ticket_types: [changed] }, before).ticket_types?.[0]).toMatchObject(
    {
      sale_opens_at: null,
      per_order_max: 6,
      per_account_max: 2,
    },
  );
});

test.each([
  ["0,30", {}, "0.50"],
  ["0,50", {}, null],
  ["0", {}, null],
  ["", {}, null],
  ["x", {}, null],
  ["0,30", { fee_per_ticket: "0,20" }, null],
  ["0,45", { fee_percent: "10" }, "0.50"],
  ["0,46", { fee_percent: "10" }, null],
  ["0,30", { fee_per_ticket: "0,20", fee_mode: "absorbed" }, "0.50"],
  ["2", { currency: "SEK" }, "3.00"],
] as const)("a ticket at %s that cannot be charged: %o", (price, changed, least) => {
  const values = { ...newEvent(TERMS), ...changed };
  expect(leastCharged(values, price, TERMS.charged_min)).toBe(least);
});
