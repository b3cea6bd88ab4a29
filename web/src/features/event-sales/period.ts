/** Periods of a statement: days as the API writes them, `2027-06-15`, both included, in Paris. */
export interface Period {
  from: string;
  to: string;
}

const TIME_ZONE = "Europe/Paris";
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Today in Paris. Swedish writes dates as the API does. */
export function today(now = new Date()): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: TIME_ZONE }).format(now);
}

/** The month that lies so many months from the one of that day, from its first to its last day. */
export function monthOf(day: string, monthsAhead = 0): Period {
  const [year = 0, month = 1] = day.split("-").map(Number);
  const first = new Date(Date.UTC(year, month - 1 + monthsAhead, 1));
  const last = new Date(Date.UTC(year, month + monthsAhead, 0));
  return { from: isoOf(first), to: isoOf(last) };
}

/** The year of that day. */
export function yearOf(day: string): Period {
  const year = day.slice(0, 4);
  return { from: `${year}-01-01`, to: `${year}-12-31` };
}

/** The period that the address names, this month where it names none that can be. */
export function periodOf(search: URLSearchParams, now = today()): Period {
  const month = monthOf(now);
  return {
    from: dayIn(search.get("from")) ?? month.from,
    to: dayIn(search.get("to")) ?? month.to,
  };
}

function dayIn(text: string | null): string | null {
  return text !== null && DAY.test(text) && !Number.isNaN(Date.parse(text)) ? text : null;
}

function isoOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
