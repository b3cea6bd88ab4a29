/** What can be said of a ticket type's sale at a moment, from the event alone. */
import type { EventAnswer, TicketTypeAnswer } from "@/api/generated/events";

export type Sale =
  | { state: "open"; left: number; isFew: boolean; quantityMax: number }
  | { state: "not-yet"; opensAt: string }
  | { state: "closed" | "sold-out" };

/** Below that many places, or that share of them, it is worth saying that few are left. */
const FEW_PLACES = 10;
const FEW_SHARE = 0.05;

export function saleOf(event: EventAnswer, type: TicketTypeAnswer, now: number): Sale {
  const opensAt = type.sale_opens_at ?? event.sale_opens_at;
  const closesAt = type.sale_closes_at ?? event.sale_closes_at;
  if (closesAt !== null && Date.parse(closesAt) <= now) return { state: "closed" };
  if (opensAt !== null && Date.parse(opensAt) > now) return { state: "not-yet", opensAt };
  if (type.available <= 0) return { state: "sold-out" };
  const quantityMax = Math.min(type.available, type.per_order_max ?? event.per_order_max);
  const isFew = type.available <= Math.max(FEW_PLACES, type.capacity * FEW_SHARE);
  return {
    state: "open",
    left: type.available,
    isFew: isFew && type.capacity > FEW_PLACES,
    quantityMax,
  };
}

export type EventSale = "open" | "cancelled" | "over" | "sold-out" | "not-yet" | "closed";

/** The same of the whole event: what the page says above everything else. */
export function eventSaleOf(event: EventAnswer, now: number): EventSale {
  if (event.status === "cancelled") return "cancelled";
  if (event.status === "completed" || Date.parse(event.date) <= now) return "over";
  const states = event.ticket_types.map((type) => saleOf(event, type, now).state);
  for (const state of ["open", "not-yet", "sold-out"] as const) {
    if (states.includes(state)) return state;
  }
  return "closed";
}

/** The lowest final price, null where nothing is for sale. */
export function cheapest(event: EventAnswer): string | null {
  const totals = event.ticket_types.filter((type) => !type.is_hidden).map((type) => type.total);
  return totals.sort((a, b) => Number(a) - Number(b))[0] ?? null;
}

/** `"12.50"` → 1250: sums are made of whole minor units. */
export function minorOf(amount: string): number {
  return Math.round(Number(amount) * 100);
}
