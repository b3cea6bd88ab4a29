import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { TicketStatus, type TicketView, useGetTicketsAdminTickets } from "@/api/generated/tickets";
import classes from "@/features/admin/frame/Admin.module.css";

import { AdminPage } from "@/features/admin/frame/AdminPage";
import { OrderLink, Tag, When } from "@/features/admin/frame/bits";
import { Listing } from "@/features/admin/frame/Listing";
import {
  FilterSelect,
  SearchForm,
  useFilters,
  useSetFilter,
} from "@/features/admin/frame/SearchForm";
import { type Column, DateTime, Money, Notice } from "@/ui";

import { TICKET_TONES } from "./tones";

const STATUSES = Object.values(TicketStatus);

/** Every ticket, or those of one event, found by number, name, address or state. */
export function Component() {
  const { t } = useTranslation("admin");
  const { page, text, number, oneOf } = useFilters();
  const setFilter = useSetFilter();
  const eventId = number("event");
  const tickets = useGetTicketsAdminTickets({
    event_id: eventId,
    q: text("q"),
    status: oneOf("status", STATUSES),
    page,
  });
  return (
    <AdminPage title={t("parts.tickets")}>
      <div className={classes.notices}>
        {eventId !== undefined && (
          <Notice
            title={t("tickets.ofEvent", { id: eventId })}
            actions={
              <Button size="sm" variant="default" onClick={() => setFilter("event", "")}>
                {t("tickets.everyEvent")}
              </Button>
            }
          />
        )}
      </div>
      <SearchForm label={t("tickets.search")}>
        <FilterSelect
          name="status"
          label={t("tickets.state")}
          options={STATUSES.map((value) => ({ value, label: t(`order.statuses.${value}`) }))}
        />
      </SearchForm>
      <Listing
        caption={t("parts.tickets")}
        query={tickets}
        columns={useColumns()}
        rowKey={(ticket) => ticket.id}
        empty={t("tickets.empty")}
      />
    </AdminPage>
  );
}

function useColumns(): Column<TicketView>[] {
  const { t } = useTranslation("admin");
  return [
    {
      key: "number",
      title: t("tickets.number"),
      isRowHeader: true,
      render: (ticket) => ticket.ticket_number,
    },
    {
      key: "order",
      title: t("tickets.order"),
      render: (ticket) => <OrderLink code={ticket.order_code} />,
    },
    { key: "event", title: t("tickets.event"), render: ({ event }) => event.title },
    { key: "type", title: t("tickets.type"), render: (ticket) => ticket.ticket_type },
    {
      key: "date",
      title: t("tickets.date"),
      render: (ticket) => <DateTime instant={ticket.purchase_date} style="short" />,
    },
    {
      key: "state",
      title: t("tickets.state"),
      render: ({ status }) => (
        <Tag tone={TICKET_TONES[status]}>{t(`order.statuses.${status}`)}</Tag>
      ),
    },
    {
      key: "used",
      title: t("tickets.usedAt"),
      render: (ticket) => <When instant={ticket.used_at} />,
    },
    {
      key: "total",
      title: t("tickets.total"),
      isNumeric: true,
      render: ({ total, currency }) => <Money amount={total} currency={currency} />,
    },
  ];
}
