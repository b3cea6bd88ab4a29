/** Amounts of refunds; the API writes them as decimal strings of the major unit, "12.50". */
import type { RefundStateView, TicketBackView, TicketView } from "@/api/generated/tickets";

const MINOR_PER_MAJOR = 100;

/** What of a ticket's price does not go back now: kept by the rules, or given back before. */
export function keptOf(ticket: Pick<TicketView, "total">, back: Pick<TicketBackView, "refund">) {
  return fromMinor(minorOf(ticket.total) - minorOf(back.refund));
}

/** Add amounts up without ever passing through binary fractions. */
export function sumOf(amounts: readonly string[]): string {
  return fromMinor(amounts.reduce((sum, amount) => sum + minorOf(amount), 0));
}

function minorOf(amount: string): number {
  return Math.round(Number(amount) * MINOR_PER_MAJOR);
}

function fromMinor(minor: number): string {
  return (minor / MINOR_PER_MAJOR).toFixed(2);
}

/** Whether the bank has returned a refund, and nobody has paid it in another way since. */
export function isReturned({ status, is_retried: isRetried }: RefundStateView): boolean {
  return status === "failed" && !isRetried;
}

/** Whether somebody has to see to it that a refund reaches the buyer. */
export function needsSomebody(refund: RefundStateView): boolean {
  return isReturned(refund) || refund.is_refused;
}

/** How a refund stands, in the words of its list. */
export function stateOf(
  refund: RefundStateView,
): RefundStateView["status"] | "retried" | "settled" {
  if (refund.status === "failed" && refund.is_retried) return "retried";
  return refund.is_paid_otherwise ? "settled" : refund.status;
}
