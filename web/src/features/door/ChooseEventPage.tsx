import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useGetEvents } from "@/api/generated/events";
import { paths } from "@/paths";
import { DateTime, Empty, ErrorState, LoadingLines, Page, PageHeader } from "@/ui";

import classes from "./Door.module.css";

const DAY_MS = 86_400_000;
const EVENTS_MAX = 50;

/** Which event one stands at the door of: those of today first, and the ones to come. */
export function Component() {
  const { t } = useTranslation("door");
  // The day alone, so that the question stays the same while the page is open.
  const yesterday = new Date(Date.now() - DAY_MS).toISOString().slice(0, 10);
  const events = useGetEvents({ status: "published", from: yesterday, per_page: EVENTS_MAX });
  return (
    <Page title={t("title")} width="text">
      <PageHeader title={t("title")} lead={t("lead")} />
      {events.isPending && <LoadingLines lines={5} height={56} />}
      {events.isError && <ErrorState error={events.error} retry={() => void events.refetch()} />}
      {events.data?.data.length === 0 && <Empty title={t("empty")} />}
      <ul className={classes.events}>
        {events.data?.data.map((event) => (
          <li key={event.id}>
            <Link to={paths.doorEvent(event.id)} className={classes.event}>
              <strong>{event.title}</strong>
              <DateTime instant={event.date} timeZone={event.time_zone} style="short" />
            </Link>
          </li>
        ))}
      </ul>
    </Page>
  );
}
