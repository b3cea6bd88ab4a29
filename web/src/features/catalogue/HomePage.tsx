import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useGetEventsPublic } from "@/api/generated/events";
import { paths } from "@/paths";
import { DateTime, Empty, ErrorState, LoadingLines, Page, PageHeader } from "@/ui";

export function Component() {
  const { t } = useTranslation("catalogue");
  const events = useGetEventsPublic();
  return (
    <Page title={t("title")}>
      <PageHeader title={t("title")} />
      {events.isPending && <LoadingLines lines={6} height={48} />}
      {events.isError && <ErrorState error={events.error} retry={() => void events.refetch()} />}
      {events.data?.data.length === 0 && <Empty />}
      <ul>
        {events.data?.data.map((event) => (
          <li key={event.id}>
            <Link to={paths.event(event.id)}>{event.title}</Link>{" "}
            <DateTime instant={event.date} timeZone={event.time_zone} namesZone />
          </li>
        ))}
      </ul>
    </Page>
  );
}
