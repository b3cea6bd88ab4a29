import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import { type EventAnswer, useGetEvents } from "@/api/generated/events";
import { paths } from "@/paths";
import {
  type Column,
  DataTable,
  DateTime,
  Empty,
  ErrorState,
  LinkButton,
  Page,
  PageHeader,
  Pagination,
} from "@/ui";

import classes from "./Organiser.module.css";

const PER_PAGE = 20;

/** One's own events in any state, the latest first. */
export function Component() {
  const { t } = useTranslation("organiser");
  const [search] = useSearchParams();
  const page = Math.max(1, Number(search.get("page")) || 1);
  const events = useGetEvents({ mine: true, sort: "-date", page, per_page: PER_PAGE });
  const columns = useColumns();
  const create = <LinkButton to={paths.organiseNew()}>{t("new")}</LinkButton>;
  const actions = (
    <>
      <LinkButton variant="default" to={paths.organiseStatement()}>
        {t("statement")}
      </LinkButton>
      <LinkButton variant="default" to={paths.organiseSeller()}>
        {t("seller")}
      </LinkButton>
      {create}
    </>
  );
  return (
    <Page title={t("title")}>
      <PageHeader title={t("title")} lead={t("lead")} actions={actions} />
      {events.isError ? (
        <ErrorState error={events.error} retry={() => void events.refetch()} />
      ) : (
        <DataTable
          hasCards
          caption={t("title")}
          columns={columns}
          rows={events.data?.data}
          rowKey={(event) => event.id}
          empty={<Empty title={t("empty")} action={create} />}
        />
      )}
      <Pagination
        page={page}
        last={events.data?.last_page ?? 1}
        pathOf={(other) => `${paths.organise()}?page=${other}`}
      />
    </Page>
  );
}

function useColumns(): Column<EventAnswer>[] {
  const { t } = useTranslation("organiser");
  return [
    {
      key: "event",
      title: t("columns.event"),
      isRowHeader: true,
      render: (event) => <Link to={paths.organiseEvent(event.id)}>{event.title}</Link>,
    },
    {
      key: "date",
      title: t("columns.date"),
      render: (event) => <DateTime instant={event.date} timeZone={event.time_zone} style="short" />,
    },
    {
      key: "state",
      title: t("columns.state"),
      render: (event) => (
        <span className={classes.state} data-state={event.status}>
          {t(`states.${event.status}`)}
        </span>
      ),
    },
    {
      key: "sold",
      title: t("columns.sold"),
      isNumeric: true,
      render: (event) =>
        t("columns.soldOf", {
          sold: event.max_tickets - event.available_tickets,
          places: event.max_tickets,
        }),
    },
    {
      key: "left",
      title: t("columns.left"),
      isNumeric: true,
      render: (event) => event.available_tickets,
    },
  ];
}
