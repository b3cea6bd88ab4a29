/** What can be said of a ticket type's sale at a moment, from the event alone. */
import type { EventAnswer, TicketTypeAnswer } from "@/api/generated/events";
import type { OpenedView } from "@/api/generated/tickets";

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

/** The ticket types to show: those for everybody, and what a promo code opens, at its prices. */
export function openedTypes(event: EventAnswer, opened: OpenedView | null): TicketTypeAnswer[] {
  const shown = event.ticket_types.filter((type) => !type.is_hidden);
  const special = opened?.ticket_types ?? [];
  const own = (id: number) => special.find(({ ticket_type_id }) => ticket_type_id === id);
  const repriced = shown.map((type) => {
    const { price, fee, total } = own(type.id) ?? type;
    return { ...type, price, fee, total };
  });
  const added = special
    .filter(({ ticket_type_id }) => !shown.some(({ id }) => id === ticket_type_id))
    .map((type) => ({
      id: type.ticket_type_id,
      name: type.name,
      price: type.price,
      fee: type.fee,
      total: type.total,
      vat_rate: "0",
      currency: event.currency,
      capacity: type.left,
      available: type.left,
      sale_opens_at: null,
      sale_closes_at: null,
      per_order_max: null,
      per_account_max: null,
      is_hidden: true,
    }));
  return [...repriced, ...added];
}
