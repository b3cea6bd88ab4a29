import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { ChangeEvent, FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";

import { type TicketTypeAnswer, useGetEventsByEventId } from "@/api/generated/events";
import {
  type AttendeeView,
  getTicketsEventsByEventIdAttendeesCsv,
  getTicketsEventsByEventIdAttendeesXlsx,
  TicketStatus,
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
  const filters = filtersOf(search);
  const page = Math.max(1, Number(search.get("page")) || 1);
  const params = { ...filters, page, per_page: PER_PAGE };
  const attendees = useGetTicketsEventsByEventIdAttendees(eventId, params);
  const event = useGetEventsByEventId(eventId);
  const columns = useColumns(eventId);
  return (
    <Page title={t("attendees.title")}>
      <PageHeader
        title={t("attendees.title")}
        lead={
          attendees.data &&
          t(attendees.data.total_is_exact ? "attendees.count" : "attendees.countMore", {
            count: attendees.data.total,
          })
        }
        above={<Link to={paths.organiseEvent(eventId)}>{event.data?.title ?? "…"}</Link>}
        actions={<Downloads eventId={eventId} filters={filters} />}
      />
      <EventParts eventId={eventId} />
      <Filters filters={filters} types={event.data?.ticket_types ?? []} onChange={setSearch} />
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
        hasMore={attendees.data?.total_is_exact === false}
        pathOf={(other) =>
          `?${new URLSearchParams({ ...addressOf(filters), page: String(other) })}`
        }
      />
    </Page>
  );
}

interface AttendeeFilters {
  q?: string;
  status?: TicketStatus;
  ticket_type_id?: number;
}

/** Read the address; what makes no sense there is left out. */
function filtersOf(search: URLSearchParams): AttendeeFilters {
  const status = Object.values(TicketStatus).find((one) => one === search.get("status"));
  const type = Number(search.get("ticket_type_id"));
  return {
    q: search.get("q") || undefined,
    status,
    ticket_type_id: Number.isSafeInteger(type) && type > 0 ? type : undefined,
  };
}

function addressOf(filters: AttendeeFilters): Record<string, string> {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

interface FiltersProps {
  filters: AttendeeFilters;
  types: TicketTypeAnswer[];
  onChange: (address: Record<string, string>) => void;
}

/** Words, state and ticket type; a choice counts at once, words when they are sent. */
function Filters({ filters, types, onChange }: FiltersProps) {
  const { t } = useTranslation("organiser");
  const send = (form: HTMLFormElement | null) => {
    if (form !== null) onChange(addressOf(filtersOf(typedIn(form))));
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    send(event.currentTarget);
  };
  const choose = (event: ChangeEvent<HTMLSelectElement>) => send(event.currentTarget.form);
  const states = Object.values(TicketStatus).map((value) => ({
    value,
    label: t(`attendees.states.${value}`),
  }));
  const kinds = types.map(({ id, name }) => ({ value: String(id), label: name }));
  return (
    <form onSubmit={submit} className={classes.search}>
      <TextInput
        key={filters.q}
        id="q"
        name="q"
        type="search"
        defaultValue={filters.q}
        label={t("attendees.search")}
        className={classes.words}
      />
      <NativeSelect
        id="status"
        name="status"
        value={filters.status ?? ""}
        onChange={choose}
        label={t("attendees.state")}
        data={[{ value: "", label: t("attendees.anyState") }, ...states]}
        className={classes.choice}
      />
      <NativeSelect
        id="ticket_type_id"
        name="ticket_type_id"
        value={filters.ticket_type_id ?? ""}
        onChange={choose}
        label={t("attendees.type")}
        data={[{ value: "", label: t("attendees.anyType") }, ...kinds]}
        className={classes.choice}
      />
      <Button type="submit" variant="default">
        {t("attendees.go")}
      </Button>
    </form>
  );
}

function typedIn(form: HTMLFormElement): URLSearchParams {
  return new URLSearchParams(
    [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]),
  );
}

/** What is shown, all of its pages, as a file. */
function Downloads({ eventId, filters }: { eventId: number; filters: AttendeeFilters }) {
  const { t } = useTranslation("organiser");
  const csv = useMutation({
    mutationFn: () => getTicketsEventsByEventIdAttendeesCsv(eventId, filters) as Promise<unknown>,
    // Reading it as text has dropped the mark by which spreadsheets know its letters.
    onSuccess: (content) =>
      saveFile(new Blob(["\ufeff", content as string], { type: "text/csv" }), `${eventId}.csv`),
  });
  const xlsx = useMutation({
    mutationFn: () => getTicketsEventsByEventIdAttendeesXlsx(eventId, filters) as Promise<unknown>,
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
