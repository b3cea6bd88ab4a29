import { useTranslation } from "react-i18next";

import classes from "./CalendarLinks.module.css";

const EVENT_LASTS_HOURS = 3;

interface CalendarLinksProps {
  eventId: number;
  title: string;
  startsAt: string;
  endsAt?: string | null;
  location: string;
}

/** Put an event into one's calendar: a file for any program, or two well-known ones directly. */
export function CalendarLinks(props: CalendarLinksProps) {
  const { t } = useTranslation();
  return (
    <p className={classes.links}>
      <span>{t("calendar.add")}</span>
      <a href={`/api/v1/events/${props.eventId}/calendar.ics`} download={`${props.eventId}.ics`}>
        {t("calendar.file")}
      </a>
      <a href={googleAddress(props)} target="_blank" rel="noreferrer">
        Google <span className="visually-hidden">{t("calendar.newWindow")}</span>
      </a>
      <a href={outlookAddress(props)} target="_blank" rel="noreferrer">
        Outlook <span className="visually-hidden">{t("calendar.newWindow")}</span>
      </a>
    </p>
  );
}

function span({ startsAt, endsAt }: CalendarLinksProps): [Date, Date] {
  const start = new Date(startsAt);
  const end = endsAt ? new Date(endsAt) : new Date(start.getTime() + EVENT_LASTS_HOURS * 3_600_000);
  return [start, end];
}

/** The address that opens Google's calendar with the event filled in. */
export function googleAddress(props: CalendarLinksProps): string {
  const compact = (at: Date) => at.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const query = new URLSearchParams({
    action: "TEMPLATE",
    text: props.title,
    dates: span(props).map(compact).join("/"),
    location: props.location,
  });
  return `https://calendar.google.com/calendar/render?${query}`;
}

/** The address that opens Outlook's calendar with the event filled in. */
export function outlookAddress(props: CalendarLinksProps): string {
  const [start, end] = span(props);
  const query = new URLSearchParams({
    path: "/calendar/action/compose",
    rru: "addevent",
    subject: props.title,
    startdt: start.toISOString(),
    enddt: end.toISOString(),
    location: props.location,
  });
  return `https://outlook.live.com/calendar/0/deeplink/compose?${query}`;
}
