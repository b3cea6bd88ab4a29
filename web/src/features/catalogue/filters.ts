/** What is searched for, as it stands in the address: `/?q=jazz&city=Lyon&when=weekend&page=2`. */
import type { GetEventsPublicParams } from "@/api/generated/events";

export const WHENS = ["today", "weekend", "week", "month"] as const;
export type When = (typeof WHENS)[number];
export const PRICES = ["0", "20", "50", "100"] as const;
export const SORTS = ["date", "price", "title"] as const;
export const PER_PAGE = 12;

export interface Filters {
  q: string;
  category: string;
  city: string;
  when: string;
  price: string;
  sort: string;
  page: number;
}

const oneOf = (allowed: readonly string[], given: string | null) =>
  given !== null && allowed.includes(given) ? given : "";

/** Read the address; what makes no sense there is left out. */
export function filtersOf(search: URLSearchParams): Filters {
  return {
    q: (search.get("q") ?? "").slice(0, 200),
    category: (search.get("category") ?? "").replace(/[^A-Za-z0-9_-]/g, "").slice(0, 40),
    city: (search.get("city") ?? "").slice(0, 200),
    when: oneOf(WHENS, search.get("when")),
    price: oneOf(PRICES, search.get("price")),
    sort: oneOf(SORTS, search.get("sort")),
    page: Math.max(1, Math.floor(Number(search.get("page"))) || 1),
  };
}

/** Whether anything but the page is asked for. */
export function isFiltered({ page: _, ...filters }: Filters): boolean {
  return Object.values(filters).some((value) => value !== "");
}

/** How many choices are made besides the words: what a closed form does not show. */
export function activeFilters({ city, category, when, price, sort }: Filters): number {
  const order = sort === "date" ? "" : sort;
  return [city, category, when, price, order].filter((value) => value !== "").length;
}

/** The same in the words of the API. */
export function queryOf(filters: Filters, today: Date): GetEventsPublicParams {
  const days = daysOf(filters.when, today);
  return {
    page: filters.page,
    per_page: PER_PAGE,
    q: filters.q || undefined,
    category: filters.category || undefined,
    city: filters.city || undefined,
    from: days?.from,
    to: days?.to,
    price_max: filters.price ? `${filters.price}.00` : undefined,
    sort: (filters.sort || "date") as GetEventsPublicParams["sort"],
  };
}

/** First and last day, `YYYY-MM-DD`. */
export function daysOf(when: string, today: Date): { from: string; to: string } | null {
  const weekday = (today.getDay() + 6) % 7;
  switch (when) {
    case "today":
      return { from: dayOf(today), to: dayOf(today) };
    case "weekend":
      // From Friday on it is this one; on a Sunday only what is left of it.
      return { from: inDays(today, Math.max(0, 4 - weekday)), to: inDays(today, 6 - weekday) };
    case "week":
      return { from: dayOf(today), to: inDays(today, 6) };
    case "month":
      return { from: dayOf(today), to: inDays(today, 30) };
    default:
      return null;
  }
}

function inDays(today: Date, days: number): string {
  return dayOf(new Date(today.getFullYear(), today.getMonth(), today.getDate() + days));
}

function dayOf(date: Date): string {
  const pad = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}
