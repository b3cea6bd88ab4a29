/** An event as the API answers it, for the tests of this feature. */
import type { EventAnswer, TicketTypeAnswer } from "@/api/generated/events";

export function aType(values: Partial<TicketTypeAnswer> = {}): TicketTypeAnswer {
  return {
    id: 11,
    name: "Plein tarif",
    price: "20.00",
    vat_rate: "5.5",
    fee: "1.50",
    total: "21.50",
    currency: "EUR",
    capacity: 100,
    available: 80,
    sale_opens_at: null,
    sale_closes_at: null,
    per_order_max: null,
    per_account_max: null,
    is_hidden: false,
    ...values,
  };
}

export function anEvent(values: Partial<EventAnswer> = {}): EventAnswer {
  return {
    id: 7,
    version: 1,
    title: "Nuit des cordes",
    description: "Un soir de musique.\n\nOuverture des portes à 19 h.",
    date: "2099-06-15T18:30:00Z",
    end_date: "2099-06-15T20:30:00Z",
    time_zone: "Europe/Paris",
    location: "4 quai des Arts",
    venue: "Salle des Quais",
    city: "Lyon",
    category: "concert",
    status: "published",
    currency: "EUR",
    price: "20.00",
    max_tickets: 100,
    available_tickets: 80,
    per_order_max: 10,
    per_account_max: null,
    sale_opens_at: null,
    sale_closes_at: null,
    fee: { per_ticket: "1.50", percent: "0", mode: "on_top", vat_rate: "20" },
    refund_rules: { allowed: true, until_hours: 24, kept_per_ticket: "0.00", keeps_fee: false },
    image: null,
    cancel_reason: null,
    creator_id: 3,
    ticket_types: [aType()],
    speakers: [],
    sponsors: [],
    created_at: "2027-01-01T09:00:00Z",
    updated_at: "2027-01-01T09:00:00Z",
    ...values,
  } as EventAnswer;
}
