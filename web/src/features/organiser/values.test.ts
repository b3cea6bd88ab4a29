import { expect, test } from "vitest";
import { event } from "./testing";
import { changesOf, NEW_EVENT, NEW_TYPE, valuesOf } from "./values";

test("takes a French comma, and leaves out what is not filled in", () => {
  const changes = changesOf(
    {
      ...NEW_EVENT,
      title: " Nuit de jazz ",
      date: "2027-06-15T20:30",
      location: "Lyon",
      per_account_max: "",
      ticket_types: [{ ...NEW_TYPE, name: "Plein", price: "9,50", capacity: "100" }],
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

test("gives back unchanged what the form does not show", () => {
  const before = event();
  const changes = changesOf(valuesOf(before), before);
  expect(changes.version).toBe(before.version);
  expect(changes.speakers?.[0]).toMatchObject({ id: 5, company: "Radio", bio: "Chante." });
  expect(changes.sponsors?.[0]).toMatchObject({ id: 6, logo_url: "https://example.com/l.png" });
  expect(changes.ticket_types?.[0]).toMatchObject({ id: 3, per_order_max: 4 });
});
