/** What the API answers, for the tests of this feature. */
import type { EventAnswer, HouseTermsAnswer } from "@/api/generated/events";

/** A house in France, which asks nothing by itself. */
export const TERMS: HouseTermsAnswer = {
  vat_rates: ["0", "2.1", "5.5", "10", "20"],
  vat_rate_default: "5.5",
  fee: { per_ticket: "0.00", percent: "0", mode: "on_top", vat_rate: "20" },
  charged_min: { EUR: "0.50", SEK: "3.00" },
};

export function event(values: Partial<EventAnswer> = {}): EventAnswer {
  return {
    id: 7,
    version: 12,
    title: "Nuit de jazz",
    description: "Une nuit.",
    date: "2027-06-15T18:30:00Z",
    end_date: null,
    time_zone: "Europe/Paris",
    location: "13 rue Delandine, Lyon",
    venue: null,
    city: "Lyon",
    category: null,
    status: "published",
    currency: "EUR",
    price: "25.00",
    max_tickets: 100,
    available_tickets: 80,
    per_order_max: 10,
    per_account_max: null,
    sale_opens_at: null,
    sale_closes_at: null,
    fee: { per_ticket: "0.50", percent: "2", mode: "on_top", vat_rate: "20" },
    refund_rules: { allowed: true, until_hours: 24, kept_per_ticket: "2.00", keeps_fee: true },
    image: null,
    cancel_reason: null,
    creator_id: 3,
    ticket_types: [
      {
        id: 3,
        name: "Plein tarif",
        price: "25.00",
        vat_rate: "5.5",
        fee: "1.00",
        total: "26.00",
        currency: "EUR",
        capacity: 100,
        available: 80,
        sale_opens_at: null,
        sale_closes_at: null,
        per_order_max: 4,
        per_account_max: null,
        is_hidden: false,
      },
    ],
    speakers: [
      {
        id: 5,
        name: "Dominique Exemple",
        bio: "Chante.",
        photo_url: null,
        company: "Radio",
        position: null,
        topic: null,
        speaking_time: "21:00",
      },
    ],
    sponsors: [
      {
        id: 6,
        name: "Librairie",
        logo_url: "https://example.com/l.png",
        website_url: null,
        tier: "gold",
        type: "main",
      },
    ],
    created_at: "2027-01-01T09:00:00Z",
    updated_at: "2027-01-01T09:00:00Z",
    ...values,
  };
}
