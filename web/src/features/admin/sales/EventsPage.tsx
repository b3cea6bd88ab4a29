import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { type EventAnswer, Status, useGetEvents } from "@/api/generated/events";
import classes from "@/features/admin/frame/Admin.module.css";
import { AdminPage } from "@/features/admin/frame/AdminPage";
import { Tag } from "@/features/admin/frame/bits";
import { Listing } from "@/features/admin/frame/Listing";
import { FilterSelect, SearchForm, useFilters } from "@/features/admin/frame/SearchForm";
import { paths } from "@/paths";
import { type Column, DateTime, type Tone } from "@/ui";

const STATUSES = Object.values(Status);
const TONES: Partial<Record<Status, Tone>> = { published: "good", draft: "caution" };

/** Every event of every organiser, drafts and past ones too. */
export function Component() {
  const { t } = useTranslation("admin");
  const { page, text, oneOf } = useFilters();
  const events = useGetEvents({ q: text("q"), status: oneOf("status", STATUSES), page });
  return (
    <AdminPage title={t("parts.events")}>
      <SearchForm label={t("events.search")}>
        <FilterSelect
          name="status"
          label={t("events.state")}
          options={STATUSES.map((value) => ({ value, label: t(`events.statuses.${value}`) }))}
        />
      </SearchForm>
      <Listing
        caption={t("parts.events")}
        query={events}
        columns={useColumns()}
        rowKey={(event) => event.id}
        empty={t("events.empty")}
      />
    </AdminPage>
  );
}

function useColumns(): Column<EventAnswer>[] {
  const { t } = useTranslation("admin");
  return [
    {
      key: "title",
      title: t("events.title"),
      isRowHeader: true,
      render: ({ id, title }) => <Link to={paths.organiseEvent(id)}>{title}</Link>,
    },
    {
      key: "date",
      title: t("events.date"),
      render: (event) => (
        <DateTime instant={event.date} timeZone={event.time_zone} style="short" namesZone />
      ),
    },
    { key: "place", title: t("events.place"), render: ({ location }) => location },
    {
      key: "state",
      title: t("events.state"),
      render: ({ status }) => <Tag tone={TONES[status]}>{t(`events.statuses.${status}`)}</Tag>,
    },
    {
      key: "left",
      title: t("events.left"),
      isNumeric: true,
      render: ({ available_tickets: left, max_tickets: all }) => t("events.leftOf", { left, all }),
    },
    {
      key: "links",
      title: t("events.links"),
      render: ({ id, title, status }) => (
        <span className={classes.actions}>
          <Link
            to={paths.adminPart("tickets", { event: id })}
            aria-label={t("events.ticketsOf", { title })}
          >
            {t("events.tickets")}
          </Link>
          {status !== "draft" && (
            <Link to={paths.event(id)} aria-label={t("events.publicOf", { title })}>
              {t("events.public")}
            </Link>
          )}
        </span>
      ),
    },
  ];
}
