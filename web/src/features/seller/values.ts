import type { SellerBodyInput, SellerBodyOutput } from "@/api/generated/tickets";

/** What the form holds: texts, as they are typed. */
export interface SellerValues {
  legal_name: string;
  address: string;
  postal_code: string;
  city: string;
  country: string;
  registration_number: string;
  vat_number: string;
  invoice_prefix: string;
}

export const NOBODY: SellerValues = {
  legal_name: "",
  address: "",
  postal_code: "",
  city: "",
  country: "FR",
  registration_number: "",
  vat_number: "",
  invoice_prefix: "",
};

/** Where sellers are; a country that is stored already is offered beside these. */
const COUNTRIES =
  "AD AT BE BG CA CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MA MC MT NL NO PL PT RO SE SI SK SM SN TN US";

export function countries(stored: string, locale: string): { value: string; label: string }[] {
  const names = new Intl.DisplayNames(locale, { type: "region" });
  return [...new Set([...COUNTRIES.split(" "), stored])]
    .map((value) => ({ value, label: names.of(value) ?? value }))
    .sort((a, b) => a.label.localeCompare(b.label, locale));
}

export const spaceless = (text: string) => text.replace(/\s/g, "").toUpperCase();

export function valuesOf(seller: SellerBodyOutput): SellerValues {
  return {
    ...seller,
    country: seller.country ?? "FR",
    vat_number: seller.vat_number ?? "",
    invoice_prefix: seller.invoice_prefix ?? "",
  };
}

export function bodyOf(values: SellerValues): SellerBodyInput {
  return {
    legal_name: values.legal_name.trim(),
    address: values.address.trim(),
    postal_code: values.postal_code.trim(),
    city: values.city.trim(),
    country: values.country,
    registration_number: spaceless(values.registration_number),
    vat_number: spaceless(values.vat_number) || null,
    invoice_prefix: spaceless(values.invoice_prefix) || null,
  };
}
