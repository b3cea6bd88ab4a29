import type { TFunction } from "i18next";
import { z } from "zod";

import type { GuestAsked, PaymentAsked } from "@/api/generated/tickets";
import type { Language } from "@/i18n/languages";

export interface Values {
  name: string;
  email: string;
  card_number: string;
  expiry: string;
  cvv: string;
}

export const EMPTY: Values = { name: "", email: "", card_number: "", expiry: "", cvv: "" };

export interface Wanted {
  /** Nobody is signed in: name and address are asked for. */
  asksBuyer: boolean;
  /** A card is typed in here, which only a test number may be. */
  asksCard: boolean;
}

/** The rules of the form; the server judges again, and is right. */
export function rules(common: TFunction<"common">, texts: TFunction<"checkout">, wanted: Wanted) {
  const needed = z.string().trim().min(1, common("form.required"));
  const ignored = z.string();
  const digits = (pattern: RegExp, sentence: string) =>
    needed.refine((text) => text === "" || pattern.test(text.replace(/[ -]/g, "")), sentence);
  return z.object({
    name: wanted.asksBuyer ? needed : ignored,
    email: wanted.asksBuyer ? needed.pipe(z.email(common("form.email"))) : ignored,
    card_number: wanted.asksCard ? digits(/^\d{13,19}$/, texts("card.numberWrong")) : ignored,
    expiry: wanted.asksCard
      ? digits(/^(0[1-9]|1[0-2])\/\d{2}$/, texts("card.expiryWrong"))
      : ignored,
    cvv: wanted.asksCard ? digits(/^\d{3,4}$/, texts("card.cvvWrong")) : ignored,
  });
}

export function guestOf(values: Values, wanted: Wanted, language: Language): GuestAsked | null {
  if (!wanted.asksBuyer) return null;
  return { name: values.name.trim(), email: values.email.trim(), language };
}

export function paymentOf(values: Values, wanted: Wanted): PaymentAsked | null {
  if (!wanted.asksCard) return null;
  const { card_number, expiry, cvv } = values;
  return { card_number, expiry: expiry.replace(/\s/g, ""), cvv };
}

/** `1227` typed on a phone becomes `12/27`. */
export function withSlash(text: string): string {
  const digits = text.replace(/\D/g, "").slice(0, 4);
  return digits.length > 2 ? `${digits.slice(0, 2)}/${digits.slice(2)}` : digits;
}
