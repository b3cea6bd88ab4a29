/** A code and its event as the API answers them, for the tests of this feature. */
import type { PromoCodeView } from "@/api/generated/tickets";

export function promo(values: Partial<PromoCodeView> = {}): PromoCodeView {
  return {
    id: 4,
    event_id: 7,
    code: "AMIS",
    percent: "15",
    amount: "0.00",
    max_uses: null,
    uses: 0,
    valid_from: null,
    valid_until: null,
    ticket_type_ids: null,
    reveals_hidden: false,
    created_at: "2027-04-01T09:00:00Z",
    ...values,
  };
}

export const EVENT = {
  id: 7,
  title: "Nuit de jazz",
  status: "published",
  date: "2027-06-15T18:30:00Z",
  time_zone: "Europe/Paris",
  currency: "EUR",
  ticket_types: [
    { id: 3, name: "Plein tarif", is_hidden: false },
    { id: 9, name: "Bénévoles", is_hidden: true },
  ],
};
