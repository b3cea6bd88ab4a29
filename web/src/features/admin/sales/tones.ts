import type { ListedOrderViewStatus, TicketStatus } from "@/api/generated/tickets";
import type { Tone } from "@/ui";

/** What colour goes with which state; without one it is quiet. */
export const ORDER_TONES: Partial<Record<ListedOrderViewStatus, Tone>> = {
  confirmed: "good",
  failed: "bad",
  pending: "caution",
  awaiting_payment: "caution",
};

export const PAYMENT_TONES: Record<string, Tone | undefined> = {
  completed: "good",
  failed: "bad",
  pending: "caution",
};

export const TICKET_TONES: Partial<Record<TicketStatus, Tone>> = { confirmed: "good" };

export const REFUND_TONES: Record<string, Tone> = {
  completed: "good",
  pending: "caution",
  failed: "bad",
};
