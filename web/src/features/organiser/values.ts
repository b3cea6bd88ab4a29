import type {
  EventAnswer,
  EventChanges,
  FeeBodyMode,
  SponsorBodyTier,
  TicketTypeBody,
} from "@/api/generated/events";
import { localTime } from "@/i18n/localTime";

export const VAT_RATES = ["0", "2.1", "5.5", "10", "20"] as const;
export const CURRENCIES = ["EUR", "CHF", "GBP", "USD", "CAD"] as const;
export const ZONE_DEFAULT = "Europe/Paris";

/** What the form holds: texts, as they are typed; times are those of the event's zone. */
export interface EventValues {
  title: string;
  description: string;
  category: string;
  date: string;
  end_date: string;
  time_zone: string;
  location: string;
  venue: string;
  city: string;
  currency: string;
  sale_opens_at: string;
  sale_closes_at: string;
  per_order_max: string;
  per_account_max: string;
  ticket_types: TypeValues[];
  fee_per_ticket: string;
  fee_percent: string;
  fee_mode: NonNullable<FeeBodyMode>;
  refund_allowed: boolean;
  until_hours: string;
  kept_per_ticket: string;
  keeps_fee: boolean;
  speakers: { key: number | null; name: string; topic: string; speaking_time: string }[];
  sponsors: { key: number | null; name: string; tier: SponsorBodyTier; website_url: string }[];
}

export interface TypeValues {
  /** The id, named so that the form's own `id` of a line is another. */
  key: number | null;
  name: string;
  price: string;
  vat_rate: string;
  capacity: string;
  is_hidden: boolean;
}

export const NEW_TYPE: TypeValues = {
  key: null,
  name: "",
  price: "",
  vat_rate: "5.5",
  capacity: "",
  is_hidden: false,
};

export const NEW_EVENT: EventValues = {
  title: "",
  description: "",
  category: "",
  date: "",
  end_date: "",
  time_zone: ZONE_DEFAULT,
  location: "",
  venue: "",
  city: "",
  currency: "EUR",
  sale_opens_at: "",
  sale_closes_at: "",
  per_order_max: "10",
  per_account_max: "20",
  ticket_types: [NEW_TYPE],
  fee_per_ticket: "0.00",
  fee_percent: "0",
  fee_mode: "on_top",
  refund_allowed: true,
  until_hours: "0",
  kept_per_ticket: "0.00",
  keeps_fee: false,
  speakers: [],
  sponsors: [],
};

export function valuesOf(event: EventAnswer): EventValues {
  const local = (instant: string | null) => localTime(instant, event.time_zone);
  return {
    title: event.title,
    description: event.description,
    category: event.category ?? "",
    date: local(event.date),
    end_date: local(event.end_date),
    time_zone: event.time_zone,
    location: event.location,
    venue: event.venue ?? "",
    city: event.city ?? "",
    currency: event.currency,
    sale_opens_at: local(event.sale_opens_at),
    sale_closes_at: local(event.sale_closes_at),
    per_order_max: String(event.per_order_max),
    per_account_max: event.per_account_max === null ? "" : String(event.per_account_max),
    ticket_types: event.ticket_types.map((type) => ({
      key: type.id,
      name: type.name,
      price: type.price,
      vat_rate: type.vat_rate,
      capacity: String(type.capacity),
      is_hidden: type.is_hidden,
    })),
    fee_per_ticket: event.fee.per_ticket,
    fee_percent: event.fee.percent,
    fee_mode: event.fee.mode,
    refund_allowed: event.refund_rules.allowed,
    until_hours: String(event.refund_rules.until_hours),
    kept_per_ticket: event.refund_rules.kept_per_ticket,
    keeps_fee: event.refund_rules.keeps_fee,
    speakers: event.speakers.map(({ id, name, topic, speaking_time }) => ({
      key: id,
      name,
      topic: topic ?? "",
      speaking_time: speaking_time ?? "",
    })),
    sponsors: event.sponsors.map(({ id, name, tier, website_url }) => ({
      key: id,
      name,
      tier: tier as SponsorBodyTier,
      website_url: website_url ?? "",
    })),
  };
}

const orNull = (text: string) => text.trim() || null;
const count = (text: string) => (text.trim() === "" ? null : Number(text));
/** “9,50” is how a price is typed in French. */
const decimal = (text: string) => text.trim().replace(",", ".");

/** What the API takes; `before` gives what the form does not show, so that none of it is lost. */
export function changesOf(values: EventValues, before: EventAnswer | null): EventChanges {
  return {
    title: values.title.trim(),
    description: values.description,
    category: orNull(values.category),
    date: values.date,
    end_date: orNull(values.end_date),
    time_zone: values.time_zone,
    location: values.location.trim(),
    venue: orNull(values.venue),
    city: orNull(values.city),
    currency: values.currency,
    sale_opens_at: orNull(values.sale_opens_at),
    sale_closes_at: orNull(values.sale_closes_at),
    per_order_max: count(values.per_order_max),
    per_account_max: count(values.per_account_max),
    ticket_types: values.ticket_types.map((type) => typeBody(type, before)),
    fee: {
      per_ticket: decimal(values.fee_per_ticket) || "0",
      percent: decimal(values.fee_percent) || "0",
      mode: values.fee_mode,
    },
    refund_rules: {
      allowed: values.refund_allowed,
      until_hours: count(values.until_hours) ?? 0,
      kept_per_ticket: decimal(values.kept_per_ticket) || "0",
      keeps_fee: values.keeps_fee,
    },
    speakers: values.speakers.map(({ key, name, topic, speaking_time }) => ({
      ...before?.speakers.find((speaker) => speaker.id === key),
      id: key,
      name,
      topic: orNull(topic),
      speaking_time: orNull(speaking_time),
    })),
    sponsors: values.sponsors.map(({ key, name, tier, website_url }) => ({
      logo_url: before?.sponsors.find((sponsor) => sponsor.id === key)?.logo_url ?? null,
      id: key,
      name,
      tier,
      website_url: orNull(website_url),
    })),
    ...(before && { version: before.version }),
  };
}

function typeBody(type: TypeValues, before: EventAnswer | null): TicketTypeBody {
  const known = before?.ticket_types.find(({ id }) => id === type.key);
  return {
    id: type.key,
    name: type.name.trim(),
    price: decimal(type.price),
    vat_rate: type.vat_rate,
    capacity: count(type.capacity),
    is_hidden: type.is_hidden,
    ...(known && {
      sale_opens_at: known.sale_opens_at,
      sale_closes_at: known.sale_closes_at,
      per_order_max: known.per_order_max,
      per_account_max: known.per_account_max,
    }),
  };
}
