import { formatStub } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";

import classes from "./DateStub.module.css";

/** The day of an event as the stub of a ticket: weekday, day, month. */
export function DateStub({ instant, timeZone }: { instant: string; timeZone: string }) {
  const language = useLanguage();
  const { weekday, day, month } = formatStub(instant, language, timeZone);
  return (
    <time dateTime={instant} className={classes.stub}>
      <span className={classes.small}>{weekday}</span>
      <span className={classes.day}>{day}</span>
      <span className={classes.small}>{month}</span>
    </time>
  );
}
