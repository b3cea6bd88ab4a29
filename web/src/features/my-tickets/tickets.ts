import { useQueries } from "@tanstack/react-query";

import {
  getGetTicketsByTicketIdQrSvgQueryOptions,
  getTicketsUserByUserId,
  type TicketView,
} from "@/api/generated/tickets";

export const SHOWN = ["coming", "past", "cancelled"] as const;
export type Shown = (typeof SHOWN)[number];

const PER_PAGE = 100;
const PAGES_MAX = 20;
const EVENT_LASTS_HOURS = 6;
const QRS_KEPT_MAX = 20;

/** Every ticket of a person: to sort them into coming and past takes all of them. */
export async function readMyTickets(userId: number): Promise<TicketView[]> {
  const tickets: TicketView[] = [];
  for (let page = 1; page <= PAGES_MAX; page++) {
    const found = await getTicketsUserByUserId(userId, { page, per_page: PER_PAGE });
    tickets.push(...found.data);
    if (page >= found.last_page) break;
  }
  return tickets;
}

/** Where a ticket stands in the list. A concert is coming until some hours after its start. */
export function shownUnder(ticket: TicketView, now: number = Date.now()): Shown {
  if (ticket.status === "cancelled") return "cancelled";
  const over = Date.parse(ticket.event.date) + EVENT_LASTS_HOURS * 3_600_000;
  return over < now ? "past" : "coming";
}

/** The tickets of one kind: what comes next first, what is longest past last. */
export function sorted(tickets: readonly TicketView[], shown: Shown): TicketView[] {
  const sign = shown === "coming" ? 1 : -1;
  return tickets
    .filter((ticket) => shownUnder(ticket) === shown)
    .sort((a, b) => sign * (Date.parse(a.event.date) - Date.parse(b.event.date)) || a.id - b.id);
}

/** Fetch the codes of the next tickets, so that they show at a door without a network. */
export function useKeptCodes(tickets: readonly TicketView[]): void {
  useQueries({
    queries: tickets
      .filter((ticket) => ticket.status === "confirmed")
      .slice(0, QRS_KEPT_MAX)
      .map((ticket) => getGetTicketsByTicketIdQrSvgQueryOptions(ticket.id)),
  });
}
