import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import {
  type EventAnswer,
  getGetEventsByEventIdStatsQueryKey,
  type StatsAnswer,
  useGetEventsByEventId,
  useGetEventsByEventIdStats,
} from "@/api/generated/events";
import { getGetTicketsEventsByEventIdLiveUrl } from "@/api/generated/tickets";
import { followStream } from "@/api/stream";
import { paths } from "@/paths";
import {
  DataTable,
  DateTime,
  ErrorState,
  EventParts,
  LoadingLines,
  Money,
  Page,
  PageHeader,
  Section,
  StatCard,
  StatCards,
} from "@/ui";

import { Actions } from "./Actions";
import { Checklist } from "./Checklist";
import classes from "./Organiser.module.css";
import { Sales } from "./Sales";

/** How one event stands, followed live, with what can be done about it. */
export function Component() {
  const { t } = useTranslation("organiser");
  const eventId = Number(useParams().eventId);
  const event = useGetEventsByEventId(eventId);
  return (
    <Page title={event.data?.title ?? t("title")}>
      <PageHeader
        title={event.data?.title ?? "…"}
        above={<Link to={paths.organise()}>{t("title")}</Link>}
        lead={event.data && <Lead event={event.data} />}
      />
      {event.isPending && <LoadingLines lines={6} height={48} />}
      {event.isError && <ErrorState error={event.error} retry={() => void event.refetch()} />}
      {event.data && (
        <>
          <EventParts eventId={eventId} isDraft={event.data.status === "draft"} />
          <Actions event={event.data} />
          {event.data.status === "draft" ? (
            <Checklist event={event.data} />
          ) : (
            <Figures event={event.data} />
          )}
        </>
      )}
    </Page>
  );
}

function Lead({ event }: { event: EventAnswer }) {
  const { t } = useTranslation("organiser");
  return (
    <>
      <span className={classes.state} data-state={event.status}>
        {t(`states.${event.status}`)}
      </span>{" "}
      · <DateTime instant={event.date} timeZone={event.time_zone} namesZone />
    </>
  );
}

function Figures({ event }: { event: EventAnswer }) {
  const { t } = useTranslation("organiser");
  const queries = useQueryClient();
  const eventId = event.id;
  const stats = useGetEventsByEventIdStats(eventId);
  useEffect(() => {
    const control = new AbortController();
    const queryKey = getGetEventsByEventIdStatsQueryKey(eventId);
    void followStream(getGetTicketsEventsByEventIdLiveUrl(eventId), control.signal, () => {
      void queries.invalidateQueries({ queryKey });
    });
    return () => control.abort();
  }, [eventId, queries]);
  if (stats.isPending) return <LoadingLines lines={4} height={64} />;
  if (stats.isError) return <ErrorState error={stats.error} retry={() => void stats.refetch()} />;
  return (
    <>
      <Cards stats={stats.data} />
      <p className={classes.live}>{t("dashboard.live")}</p>
      <Sales stats={stats.data} timeZone={event.time_zone} />
      <Section title={t("dashboard.byType")}>
        <ByType stats={stats.data} />
      </Section>
    </>
  );
}

function Cards({ stats }: { stats: StatsAnswer }) {
  const { t } = useTranslation("organiser");
  const { currency, capacity } = stats;
  return (
    <StatCards>
      <StatCard
        label={t("dashboard.sold")}
        value={stats.sold}
        hint={` ${t("dashboard.of", { capacity })}`}
      />
      <StatCard label={t("dashboard.held")} value={stats.held} />
      <StatCard label={t("dashboard.left")} value={stats.left} />
      <StatCard
        label={t("dashboard.revenue")}
        value={<Money amount={stats.revenue} currency={currency} />}
      />
      <StatCard
        label={t("dashboard.refunded")}
        value={<Money amount={stats.refunded} currency={currency} />}
      />
      <StatCard label={t("dashboard.admitted")} value={stats.admitted} />
    </StatCards>
  );
}

function ByType({ stats }: { stats: StatsAnswer }) {
  const { t } = useTranslation("organiser");
  return (
    <DataTable
      hasCards
      caption={t("dashboard.byType")}
      rows={stats.ticket_types}
      rowKey={(level) => level.ticket_type_id}
      columns={[
        { key: "name", title: t("dashboard.type"), isRowHeader: true, render: ({ name }) => name },
        {
          key: "capacity",
          title: t("dashboard.capacity"),
          isNumeric: true,
          render: ({ capacity }) => capacity,
        },
        { key: "sold", title: t("dashboard.sold"), isNumeric: true, render: ({ sold }) => sold },
        { key: "held", title: t("dashboard.held"), isNumeric: true, render: ({ held }) => held },
        { key: "left", title: t("dashboard.left"), isNumeric: true, render: ({ left }) => left },
      ]}
    />
  );
}
