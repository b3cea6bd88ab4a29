/** What the API answers about an event's sales, for the tests of this feature. */
import type {
  EventPreview,
  ListedOrderView,
  OrderView,
  PurchaseView,
  RefundStateView,
  GuichetTicketsHttpApiRefundsRunView as RunView,
  TicketView,
} from "@/api/generated/tickets";
import { answer, refuse } from "@/testing/server";

export const CODE = "ABCD-1234";
const AT = "2027-06-01T10:00:00Z";
const EVENT = {
  id: 7,
  title: "Nuit de jazz",
  date: "2027-06-15T18:30:00Z",
  time_zone: "Europe/Paris",
  location: "Lyon",
};

/** The event of the pages, and no stream to follow. */
export function showsEvent(values: object = {}): void {
  answer("get", "/events/7", 200, { ...EVENT, status: "published", ...values });
  refuse("get", "/tickets/events/7/live", 404, "event_not_found");
}

export function listedOrder(values: Partial<ListedOrderView> = {}): ListedOrderView {
  return {
    id: 1,
    code: CODE,
    event: EVENT,
    buyer_name: "Dominique Exemple",
    buyer_email: "dominique@example.com",
    status: "confirmed",
    total: "52.00",
    refunded: "0.00",
    currency: "EUR",
    quantity: 2,
    created_at: AT,
    needs_attention: false,
    attention_reason: null,
    attention: null,
    ...values,
  };
}

export function ticket(id: number, values: Partial<TicketView> = {}): TicketView {
  return {
    id,
    ticket_number: `TKT-000${id}`,
    event_id: 7,
    user_id: null,
    order_code: CODE,
    ticket_type_id: 3,
    ticket_type: "Plein tarif",
    price: "25.00",
    fee: "1.00",
    total: "26.00",
    currency: "EUR",
    status: "confirmed",
    purchase_date: AT,
    used_at: null,
    cancelled_at: null,
    refund_status: null,
    payment: null,
    event: EVENT,
    ...values,
  };
}

export function refundState(values: Partial<RefundStateView> = {}): RefundStateView {
  return {
    id: 5,
    amount: "26.00",
    status: "completed",
    reason: "organiser",
    note: "Erreur de date",
    requested_at: AT,
    completed_at: AT,
    failed_at: null,
    failure_reason: null,
    is_retried: false,
    is_paid_otherwise: false,
    is_refused: false,
    ...values,
  };
}

export function purchase(
  tickets: TicketView[],
  values: Partial<OrderView> & { refunds?: RefundStateView[] } = {},
): PurchaseView {
  return {
    tickets,
    order: {
      items: [],
      quantity: tickets.length,
      subtotal: "50.00",
      discount: "0.00",
      fees: "2.00",
      total: "52.00",
      vat: [],
      currency: "EUR",
      promo_code: null,
      id: 1,
      code: CODE,
      event_id: 7,
      status: "confirmed",
      failure: null,
      buyer_name: "Dominique Exemple",
      buyer_email: "dominique@example.com",
      created_at: AT,
      payment: {
        transaction_id: "pi_1",
        amount: "52.00",
        status: "completed",
        payment_method: "visa •••• 4242",
        paid_at: AT,
        refunded_at: null,
        refunded_amount: "0.00",
      },
      next_action: null,
      access_token: null,
      refunded: "0.00",
      refunds: [],
      needs_attention: false,
      event: EVENT,
      ...values,
    },
  };
}

export const PREVIEW: EventPreview = {
  orders: 14,
  tickets: 20,
  total: "520.00",
  currency: "EUR",
  buyers: 12,
};

export function run(values: Partial<RunView> = {}): RunView {
  return {
    id: 2,
    reason: "organiser",
    note: "Tempête",
    started_at: AT,
    finished_at: AT,
    orders: 14,
    orders_done: 14,
    tickets: 20,
    total: "520.00",
    refunds: 14,
    refunds_done: 14,
    refunds_waiting: 0,
    refunded: "520.00",
    needs_attention: 0,
    attention: null,
    ...values,
  };
}
