import { useTranslation } from "react-i18next";

import { type EventAnswer, getGetEventsByEventIdCalendarIcsUrl } from "@/api/generated/events";

import classes from "./CalendarLinks.module.css";

const HOURS_ASSUMED = 2;

/** Into one's own calendar: as a file, or straight to the two that most people have. */
export function CalendarLinks({ event }: { event: EventAnswer }) {
  const { t } = useTranslation("catalogue");
  const { google, outlook } = addressesOf(event);
  return (
    <p className={classes.links}>
      <a href={getGetEventsByEventIdCalendarIcsUrl(event.id)} download={`${event.id}.ics`}>
        {t("calendar.file")}
      </a>
      <a href={google} target="_blank" rel="noreferrer">
        Google
        <span className="visually-hidden">{t("event.newWindow")}</span>
      </a>
      <a href={outlook} target="_blank" rel="noreferrer">
        Outlook
        <span className="visually-hidden">{t("event.newWindow")}</span>
      </a>
    </p>
  );
}

export function addressesOf(event: EventAnswer): { google: string; outlook: string } {
  const begin = new Date(event.date);
  const end = new Date(event.end_date ?? begin.getTime() + HOURS_ASSUMED * 3_600_000);
  const place = [event.venue, event.location, event.city].filter(Boolean).join(", ");
  const compact = (date: Date) => date.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const google = new URLSearchParams({
    action: "TEMPLATE",
    text: event.title,
    dates: `${compact(begin)}/${compact(end)}`,
    location: place,
    ctz: event.time_zone,
  });
  const outlook = new URLSearchParams({
    path: "/calendar/action/compose",
    rru: "addevent",
    subject: event.title,
    startdt: begin.toISOString(),
    enddt: end.toISOString(),
    location: place,
  });
  return {
    google: `https://calendar.google.com/calendar/render?${google}`,
    outlook: `https://outlook.live.com/calendar/0/deeplink/compose?${outlook}`,
  };
}
