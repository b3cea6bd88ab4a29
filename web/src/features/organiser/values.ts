import type {
  EventAnswer,
  EventChanges,
  FeeBodyMode,
  HouseTermsAnswer,
  NewEventCurrency,
  SpeakerAnswer,
  SponsorAnswer,
  SponsorBodyTier,
  SponsorBodyType,
  TicketTypeBody,
} from "@/api/generated/events";
import { localTime } from "@/i18n/localTime";

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
  currency: NewEventCurrency;
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
  speakers: SpeakerValues[];
  sponsors: SponsorValues[];
}

export interface TypeValues {
  /** The id, named so that the form's own `id` of a line is another. */
  key: number | null;
  name: string;
  price: string;
  vat_rate: string;
  capacity: string;
  /** These four are the event's own where they are left empty. */
  sale_opens_at: string;
  sale_closes_at: string;
  per_order_max: string;
  per_account_max: string;
  is_hidden: boolean;
}

export interface SpeakerValues {
  key: number | null;
  name: string;
  topic: string;
  speaking_time: string;
  position: string;
  company: string;
  bio: string;
  photo_url: string;
}

export interface SponsorValues {
  key: number | null;
  name: string;
  tier: SponsorBodyTier;
  type: SponsorBodyType;
  website_url: string;
  logo_url: string;
}

export const NEW_SPEAKER: SpeakerValues = {
  key: null,
  name: "",
  topic: "",
  speaking_time: "",
  position: "",
  company: "",
  bio: "",
  photo_url: "",
};

export const NEW_SPONSOR: SponsorValues = {
  key: null,
  name: "",
  tier: "bronze",
  type: "regular",
  website_url: "",
  logo_url: "",
};

const NEW_TYPE: Omit<TypeValues, "vat_rate"> = {
  key: null,
  name: "",
  price: "",
  capacity: "",
  sale_opens_at: "",
  sale_closes_at: "",
  per_order_max: "",
  per_account_max: "",
  is_hidden: false,
};

type OfTheHouse = "ticket_types" | "fee_per_ticket" | "fee_percent" | "fee_mode";

const NEW_EVENT: Omit<EventValues, OfTheHouse> = {
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
  refund_allowed: true,
  until_hours: "0",
  kept_per_ticket: "0.00",
  keeps_fee: false,
  speakers: [],
  sponsors: [],
};

/** A ticket type that nothing has been said of yet. */
export function newType(terms: HouseTermsAnswer): TypeValues {
  return { ...NEW_TYPE, vat_rate: terms.vat_rate_default };
}

/** An event that nothing has been said of yet: it has what the house gives it. */
export function newEvent(terms: HouseTermsAnswer): EventValues {
  return {
    ...NEW_EVENT,
    ticket_types: [newType(terms)],
    fee_per_ticket: terms.fee.per_ticket,
    fee_percent: terms.fee.percent,
    fee_mode: terms.fee.mode,
  };
}

/** What there is to choose from, and what was chosen before, which a list must not lose. */
export function choices(offered: readonly string[], chosen: string | undefined): string[] {
  return chosen === undefined || offered.includes(chosen) ? [...offered] : [chosen, ...offered];
}

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
    currency: event.currency as NewEventCurrency,
    sale_opens_at: local(event.sale_opens_at),
    sale_closes_at: local(event.sale_closes_at),
    per_order_max: String(event.per_order_max),
    per_account_max: figure(event.per_account_max),
    ticket_types: event.ticket_types.map((type) => ({
      key: type.id,
      name: type.name,
      price: type.price,
      vat_rate: type.vat_rate,
      capacity: String(type.capacity),
      sale_opens_at: local(type.sale_opens_at),
      sale_closes_at: local(type.sale_closes_at),
      per_order_max: figure(type.per_order_max),
      per_account_max: figure(type.per_account_max),
      is_hidden: type.is_hidden,
    })),
    fee_per_ticket: event.fee.per_ticket,
    fee_percent: event.fee.percent,
    fee_mode: event.fee.mode,
    refund_allowed: event.refund_rules.allowed,
    until_hours: String(event.refund_rules.until_hours),
    kept_per_ticket: event.refund_rules.kept_per_ticket,
    keeps_fee: event.refund_rules.keeps_fee,
    speakers: event.speakers.map(speakerValues),
    sponsors: event.sponsors.map(sponsorValues),
  };
}

const figure = (value: number | null) => (value === null ? "" : String(value));

function speakerValues({ id, name, ...rest }: SpeakerAnswer): SpeakerValues {
  return {
    key: id,
    name,
    topic: rest.topic ?? "",
    speaking_time: rest.speaking_time ?? "",
    position: rest.position ?? "",
    company: rest.company ?? "",
    bio: rest.bio ?? "",
    photo_url: rest.photo_url ?? "",
  };
}

function sponsorValues({ id, name, ...rest }: SponsorAnswer): SponsorValues {
  return {
    key: id,
    name,
    tier: rest.tier as SponsorBodyTier,
    type: rest.type as SponsorBodyType,
    website_url: rest.website_url ?? "",
    logo_url: rest.logo_url ?? "",
  };
}

const orNull = (text: string) => text.trim() || null;
const count = (text: string) => (text.trim() === "" ? null : Number(text));
/** “9,50” is how a price is typed in French. */
const decimal = (text: string) => text.trim().replace(",", ".");

/**
 * The least that can be charged, where one ticket of this price comes to less; what is free is
 * not charged at all. The fee counts where the buyer pays it on top.
 */
export function leastCharged(
  values: Pick<EventValues, "currency" | "fee_mode" | "fee_per_ticket" | "fee_percent">,
  price: string,
  charged: HouseTermsAnswer["charged_min"],
): string | null {
  const asked = Number(decimal(price));
  const share = 1 + Number(decimal(values.fee_percent)) / 100;
  const isOnTop = values.fee_mode === "on_top";
  const total = isOnTop ? asked * share + Number(decimal(values.fee_per_ticket)) : asked;
  const least = charged[values.currency];
  return least !== undefined && asked > 0 && total < Number(least) ? least : null;
}

/** What the form calls a field of the API: fee and rules are fields of its own here. */
export function fieldOf(name: string): string {
  return name.replace(/^fee\./, "fee_").replace(/^refund_rules\./, "");
}

/** What the API takes; `before` gives the version that was changed. */
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
    ticket_types: values.ticket_types.map(typeBody),
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
    speakers: values.speakers.map(({ key, name, ...rest }) => ({
      id: key,
      name,
      topic: orNull(rest.topic),
      speaking_time: orNull(rest.speaking_time),
      position: orNull(rest.position),
      company: orNull(rest.company),
      bio: orNull(rest.bio),
      photo_url: orNull(rest.photo_url),
    })),
    sponsors: values.sponsors.map(({ key, name, tier, type, website_url, logo_url }) => ({
      id: key,
      name,
      tier,
      type,
      website_url: orNull(website_url),
      logo_url: orNull(logo_url),
    })),
    ...(before && { version: before.version }),
  };
}

function typeBody(type: TypeValues): TicketTypeBody {
  return {
    id: type.key,
    name: type.name.trim(),
    price: decimal(type.price),
    vat_rate: type.vat_rate,
    capacity: count(type.capacity),
    sale_opens_at: orNull(type.sale_opens_at),
    sale_closes_at: orNull(type.sale_closes_at),
    per_order_max: count(type.per_order_max),
    per_account_max: count(type.per_account_max),
    is_hidden: type.is_hidden,
  };
}
