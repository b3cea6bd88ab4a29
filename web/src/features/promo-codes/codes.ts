import type { PromoCodeAsked, PromoCodeView } from "@/api/generated/tickets";
import { instantOf, localTime } from "@/i18n/localTime";

export type CodeState = "planned" | "running" | "used_up" | "over";

/** Whether a code is taken at that moment, and if not, why. */
export function stateOf(promo: PromoCodeView, at: Date = new Date()): CodeState {
  const { valid_from: begin, valid_until: end, max_uses: most } = promo;
  if (end !== null && new Date(end) <= at) return "over";
  if (most !== null && promo.uses >= most) return "used_up";
  if (begin !== null && new Date(begin) > at) return "planned";
  return "running";
}

export type Kind = "percent" | "amount" | "none";

/** What the form holds: texts, as they are typed; times are those of the event's zone. */
export interface CodeValues {
  code: string;
  kind: Kind;
  percent: string;
  amount: string;
  max_uses: string;
  valid_from: string;
  valid_until: string;
  for_all: boolean;
  ticket_type_ids: string[];
  reveals_hidden: boolean;
}

export const NEW_CODE: CodeValues = {
  code: "",
  kind: "percent",
  percent: "",
  amount: "",
  max_uses: "",
  valid_from: "",
  valid_until: "",
  for_all: true,
  ticket_type_ids: [],
  reveals_hidden: false,
};

export function kindOf(promo: Pick<PromoCodeView, "percent" | "amount">): Kind {
  if (Number(promo.percent) > 0) return "percent";
  return Number(promo.amount) > 0 ? "amount" : "none";
}

export function valuesOf(promo: PromoCodeView, timeZone: string): CodeValues {
  const kind = kindOf(promo);
  return {
    code: promo.code,
    kind,
    percent: kind === "percent" ? promo.percent : "",
    amount: kind === "amount" ? promo.amount : "",
    max_uses: promo.max_uses === null ? "" : String(promo.max_uses),
    valid_from: localTime(promo.valid_from, timeZone),
    valid_until: localTime(promo.valid_until, timeZone),
    for_all: promo.ticket_type_ids === null,
    ticket_type_ids: (promo.ticket_type_ids ?? []).map(String),
    reveals_hidden: promo.reveals_hidden,
  };
}

/** “5,5” is how a figure is typed in French. */
export const decimal = (text: string) => text.trim().replace(",", ".");

/** What the API takes. The parts of a minute that the form does not show are kept. */
export function askedOf(
  values: CodeValues,
  timeZone: string,
  before?: PromoCodeView,
): PromoCodeAsked {
  const known = before && valuesOf(before, timeZone);
  const moment = (name: "valid_from" | "valid_until") =>
    before && known?.[name] === values[name] ? before[name] : instantOf(values[name], timeZone);
  return {
    code: values.code.trim(),
    percent: values.kind === "percent" ? decimal(values.percent) : "0",
    amount: values.kind === "amount" ? decimal(values.amount) : "0.00",
    max_uses: values.max_uses.trim() === "" ? null : Number(values.max_uses),
    valid_from: moment("valid_from"),
    valid_until: moment("valid_until"),
    ticket_type_ids: values.for_all ? null : values.ticket_type_ids.map(Number),
    reveals_hidden: values.kind === "none" || values.reveals_hidden,
  };
}

/** What ends a code now; one whose time has not come loses its beginning, which would be later. */
export function stopped(promo: PromoCodeView, at: Date = new Date()) {
  const isPlanned = promo.valid_from !== null && new Date(promo.valid_from) >= at;
  return { valid_until: at.toISOString(), ...(isPlanned && { valid_from: null }) };
}

const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const SUGGESTED_LENGTH = 8;

/** A code that nobody guesses, without letters that look like digits. */
export function suggestion(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SUGGESTED_LENGTH));
  return Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join("");
}
