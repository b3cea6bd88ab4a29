import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";

import { useGetEventsByEventId } from "@/api/generated/events";
import {
  type AttendeeView,
  getTicketsEventsByEventIdAttendeesCsv,
  getTicketsEventsByEventIdAttendeesXlsx,
  useGetTicketsEventsByEventIdAttendees,
} from "@/api/generated/tickets";
import { saveFile } from "@/api/saveFile";
import { paths } from "@/paths";
import {
  type Column,
  DataTable,
  DownloadIcon,
  Empty,
  ErrorState,
  EventParts,
  Page,
  PageHeader,
  Pagination,
} from "@/ui";

import classes from "./Organiser.module.css";

const PER_PAGE = 50;

/** Who comes: searched, a page at a time, or taken along as a file. */
export function Component() {
  const { t } = useTranslation("organiser");
  const eventId = Number(useParams().eventId);
  const [search, setSearch] = useSearchParams();
  const q = search.get("q") ?? "";
  const page = Math.max(1, Number(search.get("page")) || 1);
  const params = { q: q || undefined, page, per_page: PER_PAGE };
  const attendees = useGetTicketsEventsByEventIdAttendees(eventId, params);
  const event = useGetEventsByEventId(eventId);
  const columns = useColumns(eventId);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget).get("q");
    setSearch(typed ? { q: String(typed) } : {});
  };
  return (
    <Page title={t("attendees.title")}>
      <PageHeader
        title={t("attendees.title")}
        lead={attendees.data && t("attendees.count", { count: attendees.data.total })}
        above={<Link to={paths.organiseEvent(eventId)}>{event.data?.title ?? "…"}</Link>}
        actions={<Downloads eventId={eventId} />}
      />
      <EventParts eventId={eventId} />
      <form onSubmit={submit} className={classes.search}>
        <TextInput
          key={q}
          id="q"
          name="q"
          type="search"
          defaultValue={q}
          label={t("attendees.search")}
          className={classes.words}
        />
        <Button type="submit" variant="default">
          {t("attendees.go")}
        </Button>
      </form>
      {attendees.isError ? (
        <ErrorState error={attendees.error} retry={() => void attendees.refetch()} />
      ) : (
        <DataTable
          hasCards
          caption={t("attendees.title")}
          columns={columns}
          rows={attendees.data?.data}
          rowKey={(attendee) => attendee.ticket_id}
          empty={<Empty title={t("attendees.empty")} />}
        />
      )}
      <Pagination
        page={page}
        last={attendees.data?.last_page ?? 1}
        pathOf={(other) => `?${new URLSearchParams({ q, page: String(other) })}`}
      />
    </Page>
  );
}

function Downloads({ eventId }: { eventId: number }) {
  const { t } = useTranslation("organiser");
  const csv = useMutation({
    mutationFn: () => getTicketsEventsByEventIdAttendeesCsv(eventId) as Promise<unknown>,
    // Reading it as text has dropped the mark by which spreadsheets know its letters.
    onSuccess: (content) =>
      saveFile(new Blob(["\ufeff", content as string], { type: "text/csv" }), `${eventId}.csv`),
  });
  const xlsx = useMutation({
    mutationFn: () => getTicketsEventsByEventIdAttendeesXlsx(eventId) as Promise<unknown>,
    onSuccess: (content) => saveFile(content as Blob, `${eventId}.xlsx`),
  });
  const error = csv.error ?? xlsx.error;
  return (
    <>
      {error !== null && <ErrorState error={error} />}
      <Button
        variant="default"
        leftSection={<DownloadIcon />}
        loading={csv.isPending}
        onClick={() => csv.mutate()}
      >
        {t("attendees.csv")}
      </Button>
      <Button
        variant="default"
        leftSection={<DownloadIcon />}
        loading={xlsx.isPending}
        onClick={() => xlsx.mutate()}
      >
        {t("attendees.xlsx")}
      </Button>
    </>
  );
}

function useColumns(eventId: number): Column<AttendeeView>[] {
  const { t } = useTranslation("organiser");
  return [
    {
      key: "name",
      title: t("attendees.name"),
      isRowHeader: true,
      render: ({ buyer_name: name }) => name,
    },
    { key: "email", title: t("attendees.email"), render: ({ buyer_email: email }) => email },
    { key: "ticket", title: t("attendees.ticket"), render: (ticket) => ticket.ticket_number },
    { key: "type", title: t("attendees.type"), render: ({ ticket_type: type }) => type },
    {
      key: "order",
      title: t("attendees.order"),
      render: ({ order_code: code }) => <Link to={paths.organiseOrder(eventId, code)}>{code}</Link>,
    },
    {
      key: "state",
      title: t("attendees.state"),
      render: ({ status }) => (
        <span className={classes.ticketState} data-state={status}>
          {t(`attendees.states.${status}`)}
        </span>
      ),
    },
  ];
}
