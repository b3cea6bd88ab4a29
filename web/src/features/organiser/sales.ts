import type { DayAnswer, HourAnswer } from "@/api/generated/events";
import { instantOf, localTime } from "@/i18n/localTime";

/** What was sold within a day or an hour; `at` begins it. */
export interface Sold {
  at: string;
  tickets: number;
  revenue: string;
}

export const DAYS_SHOWN_MAX = 60;
const HOURS_SHOWN = 48;
const DAY_MILLISECONDS = 86_400_000;
const HOUR_MILLISECONDS = 3_600_000;
const NOTHING = { tickets: 0, revenue: "0.00" };

/** Every day from the first sale to today by the event's calendar, the last sixty at most. */
export function daysOf(days: readonly DayAnswer[], timeZone: string, now = new Date()): Sold[] {
  const first = days[0];
  if (first === undefined) return [];
  const known = new Map(days.map((one) => [one.day, one]));
  const today = localTime(now.toISOString(), timeZone).slice(0, "2027-06-15".length);
  const end = Math.max(Date.parse(today), Date.parse(days.at(-1)?.day ?? first.day));
  const number = Math.round((end - Date.parse(first.day)) / DAY_MILLISECONDS) + 1;
  return lastOf(Math.min(number, DAYS_SHOWN_MAX), end, DAY_MILLISECONDS).map((moment) => {
    const day = new Date(moment).toISOString().slice(0, "2027-06-15".length);
    return { ...NOTHING, ...known.get(day), at: day };
  });
}

/** Every hour of the last two days on the clock of the place. */
export function hoursOf(hours: readonly HourAnswer[], timeZone: string, now = new Date()): Sold[] {
  const known = new Map(hours.map((one) => [Date.parse(one.hour), one]));
  const whole = `${localTime(now.toISOString(), timeZone).slice(0, "2027-06-15T20".length)}:00`;
  const end = Date.parse(instantOf(whole, timeZone) ?? now.toISOString());
  return lastOf(HOURS_SHOWN, end, HOUR_MILLISECONDS).map((moment) => {
    const found = known.get(moment);
    const { tickets, revenue } = found ?? NOTHING;
    return { at: new Date(moment).toISOString(), tickets, revenue };
  });
}

function lastOf(number: number, end: number, step: number): number[] {
  return Array.from({ length: number }, (_, index) => end - (number - 1 - index) * step);
}
