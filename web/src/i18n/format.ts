/** Money, dates and numbers as a French or an English reader writes them. */
import type { Language } from "./languages";

const LOCALES: Record<Language, string> = { fr: "fr-FR", en: "en-GB" };

function once<T>(make: (locale: string, ...rest: string[]) => T) {
  const made = new Map<string, T>();
  return (language: Language, ...rest: string[]): T => {
    const key = [language, ...rest].join("|");
    let found = made.get(key);
    if (found === undefined) {
      found = make(LOCALES[language], ...rest);
      made.set(key, found);
    }
    return found;
  };
}

const moneyFormat = once(
  (locale, currency = "EUR") => new Intl.NumberFormat(locale, { style: "currency", currency }),
);
const numberFormat = once((locale) => new Intl.NumberFormat(locale));

/** `"99.99"`, `"EUR"` → `99,99 €`; the API's amounts are decimal strings. */
export function formatMoney(amount: string | number, currency: string, language: Language): string {
  return moneyFormat(language, currency).format(Number(amount));
}

/** An amount in minor units, such as cents, as the API's own amounts are written. */
export function formatMinor(amountMinor: number, currency: string, language: Language): string {
  const digits = moneyFormat(language, currency).resolvedOptions().maximumFractionDigits ?? 2;
  return moneyFormat(language, currency).format(amountMinor / 10 ** digits);
}

const currencyNames = once((locale) => new Intl.DisplayNames(locale, { type: "currency" }));

/** `"SEK"` → `couronne suédoise`. */
export function formatCurrencyName(currency: string, language: Language): string {
  return currencyNames(language).of(currency) ?? currency;
}

export function formatNumber(value: number, language: Language): string {
  return numberFormat(language).format(value);
}

const percentFormat = once(
  (locale) => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 2 }),
);

/** `"5.5"` → `5,5 %`; the API's rates are decimal strings. */
export function formatPercent(percent: string | number, language: Language): string {
  return percentFormat(language).format(Number(percent) / 100);
}

export type DateStyle =
  | "day"
  | "shortDay"
  | "time"
  | "full"
  | "short"
  | "dayAndMonth"
  | "hourOfDay";

const STYLES: Record<DateStyle, Intl.DateTimeFormatOptions> = {
  day: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
  shortDay: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
  time: { hour: "2-digit", minute: "2-digit" },
  full: {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  },
  short: { day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit" },
  dayAndMonth: { day: "numeric", month: "short" },
  hourOfDay: { weekday: "short", hour: "2-digit", minute: "2-digit" },
};

/** Those that name the month after the day: there the first is an ordinal in French. */
const WORDED = new Set<DateStyle>(["day", "shortDay", "full"]);

const dateFormat = once(
  (locale, style, timeZone) =>
    new Intl.DateTimeFormat(locale, {
      ...STYLES[style as DateStyle],
      timeZone: timeZone || undefined,
    }),
);

/** An instant in a time zone (the reader's own where none is given). */
export function formatDate(
  instant: string | Date,
  style: DateStyle,
  language: Language,
  timeZone = "",
): string {
  const format = dateFormat(language, style, timeZone);
  if (language !== "fr" || !WORDED.has(style)) return format.format(new Date(instant));
  return format
    .formatToParts(new Date(instant))
    .map(({ type, value }) => (type === "day" && value === "1" ? "1er" : value))
    .join("");
}

// Making a format costs a phone milliseconds: the three words of a stub come from one.
const stubFormat = once(
  (locale, timeZone) =>
    new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short", timeZone }),
);

/** Weekday, day and month of an instant in a time zone, in the short words of a ticket's stub. */
export function formatStub(instant: string, language: Language, timeZone: string) {
  const parts = stubFormat(language, timeZone).formatToParts(new Date(instant));
  const word = (wanted: "weekday" | "day" | "month") =>
    parts.find(({ type }) => type === wanted)?.value.replace(".", "") ?? "";
  return { weekday: word("weekday"), day: word("day"), month: word("month") };
}

/** Make the first format ahead of the drawing: it takes by far the longest of all. */
export function warmFormats(language: Language): void {
  stubFormat(language, "Europe/Paris");
}

const clockFormat = once(
  (locale, timeZone) =>
    new Intl.DateTimeFormat(locale, {
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      hourCycle: "h23",
      timeZone,
    }),
);

/** Whether the reader's own clock shows something else at that instant than the one there. */
export function isOtherTimeHere(instant: string, timeZone: string): boolean {
  const here = new Date(instant);
  const there = clockFormat("en", timeZone).formatToParts(here);
  const shown = (wanted: string) => Number(there.find(({ type }) => type === wanted)?.value);
  return (
    shown("minute") !== here.getMinutes() ||
    shown("hour") !== here.getHours() ||
    shown("day") !== here.getDate()
  );
}

const zoneNames = once(
  (locale, timeZone) => new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "long" }),
);

/** The zone's name at that instant: “heure d’été d’Europe centrale”. */
export function formatZone(instant: string | Date, timeZone: string, language: Language): string {
  const parts = zoneNames(language, timeZone).formatToParts(new Date(instant));
  return parts.find((part) => part.type === "timeZoneName")?.value ?? timeZone;
}

/** No line begins with what French sets off by a space: `cordes : danses`. */
export function keptTogether(text: string): string {
  return text.replace(/ (?=[:;!?»])/g, "\u00a0").replace(/« /g, "«\u00a0");
}

/** 125 → `2:05`, for a countdown. */
export function formatCountdown(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const pad = (value: number) => String(value).padStart(2, "0");
  const tail = `${hours ? pad(minutes) : minutes}:${pad(whole % 60)}`;
  return hours ? `${hours}:${tail}` : tail;
}
