import { formatDate } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";

import classes from "./DateStub.module.css";

/** The day of an event as the stub of a ticket: weekday, day, month. */
export function DateStub({ instant, timeZone }: { instant: string; timeZone: string }) {
  const language = useLanguage();
  const part = (style: "weekday" | "dayOfMonth" | "month") =>
    formatDate(instant, style, language, timeZone).replace(".", "");
  return (
    <time dateTime={instant} className={classes.stub}>
      <span className={classes.small}>{part("weekday")}</span>
      <span className={classes.day}>{part("dayOfMonth")}</span>
      <span className={classes.small}>{part("month")}</span>
    </time>
  );
}
