import { expect, test } from "vitest";

import { sumsByEvent } from "./movements";

const posting = (event_id: number, kind: string, amount: string) => ({
  day: "2027-06-15",
  event_id,
  event_title: `Concert ${event_id}`,
  kind,
  amount,
});

test("adds each event up to the cent, and every kind of movement somewhere", () => {
  const sums = sumsByEvent([
    posting(7, "capture", "26.10"),
    posting(7, "fee", "-0.92"),
    posting(7, "fee_vat", "-0.18"),
    posting(7, "vat", "-1.30"),
    posting(8, "capture", "0.10"),
    posting(8, "capture", "0.20"),
    posting(7, "refund", "-26.10"),
    posting(7, "refund_fee", "0.92"),
    posting(7, "dispute_fee", "-15.00"),
  ]);
  expect(sums).toEqual([
    {
      eventId: 7,
      title: "Concert 7",
      sales: "26.10",
      refunds: "-26.10",
      fees: "-0.18",
      vat: "-1.30",
      other: "-15.00",
      change: "-16.48",
    },
    {
      eventId: 8,
      title: "Concert 8",
      sales: "0.30",
      refunds: "0.00",
      fees: "0.00",
      vat: "0.00",
      other: "0.00",
      change: "0.30",
    },
  ]);
});
