/** The clock of that zone at an instant, as a `datetime-local` field takes it. */
export function localTime(instant: string | null, timeZone: string): string {
  if (instant === null) return "";
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const parts = Object.fromEntries(
    format.formatToParts(new Date(instant)).map(({ type, value }) => [type, value]),
  );
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

/** The instant at which the clock of that zone shows this time; null where the field is empty. */
export function instantOf(local: string, timeZone: string): string | null {
  if (local === "") return null;
  const wanted = Date.parse(`${local}Z`);
  let instant = wanted;
  // The second round mends a guess that fell on the other side of a change of the clock.
  for (let round = 0; round < 2; round += 1) {
    const shown = Date.parse(`${localTime(new Date(instant).toISOString(), timeZone)}Z`);
    instant += wanted - shown;
  }
  return new Date(instant).toISOString();
}
