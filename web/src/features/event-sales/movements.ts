/** The movements of a statement, added up by event; amounts are the API's decimal strings. */
import type { PostingView } from "@/api/generated/tickets";
import { sumOf } from "@/orders/refunds";

const GROUPS: Readonly<Record<string, Group>> = {
  capture: "sales",
  refund: "refunds",
  adjustment: "refunds",
  fee: "fees",
  fee_vat: "fees",
  refund_fee: "fees",
  refund_fee_vat: "fees",
  vat: "vat",
  refund_vat: "vat",
};

export type Group = "sales" | "refunds" | "fees" | "vat" | "other";

export type EventSums = { eventId: number; title: string; change: string } & Record<Group, string>;

/** What moved for each event, in the order in which they first moved. */
export function sumsByEvent(movements: readonly PostingView[]): EventSums[] {
  const events = new Map<number, PostingView[]>();
  for (const each of movements) {
    events.set(each.event_id, [...(events.get(each.event_id) ?? []), each]);
  }
  return [...events].map(([eventId, own]) => ({
    eventId,
    title: own[0]?.event_title ?? "",
    change: sumOf(own.map(({ amount }) => amount)),
    sales: sumOfGroup(own, "sales"),
    refunds: sumOfGroup(own, "refunds"),
    fees: sumOfGroup(own, "fees"),
    vat: sumOfGroup(own, "vat"),
    other: sumOfGroup(own, "other"),
  }));
}

function sumOfGroup(movements: readonly PostingView[], group: Group): string {
  const own = movements.filter(({ kind }) => (GROUPS[kind] ?? "other") === group);
  return sumOf(own.map(({ amount }) => amount));
}
