import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import {
  type GetTicketsOrdersParams,
  getGetTicketsEventsByEventIdLiveUrl,
  getGetTicketsOrdersQueryKey,
  getTicketsEventsByEventIdOrdersCsv,
  type ListedOrderView,
  useGetTicketsOrders,
} from "@/api/generated/tickets";
import { followStream } from "@/api/stream";
import { paths } from "@/paths";
import { type Column, DataTable, DateTime, Empty, ErrorState, Money, Pagination } from "@/ui";

import { DownloadButton } from "./DownloadButton";
import classes from "./Sales.module.css";
import { SalesPage, useEventId } from "./SalesPage";

const PER_PAGE = 25;
const STATES = [
  "confirmed",
  "pending",
  "awaiting_payment",
  "cancelled",
  "refunded",
  "failed",
] as const;

type State = (typeof STATES)[number];

/** The orders of an event, the newest first, as they come in; found by code, name or address. */
export function Component() {
  const { t } = useTranslation("event-sales");
  const eventId = useEventId();
  const [search] = useSearchParams();
  const wanted = useWanted(eventId);
  const orders = useGetTicketsOrders(wanted);
  useLive(eventId);
  const columns = useColumns(eventId);
  const isFiltered = wanted.q !== undefined || wanted.status !== undefined;
  return (
    <SalesPage
      title={t("orders.title")}
      actions={
        <DownloadButton
          label={t("orders.csv")}
          fileName={`orders-${eventId}.csv`}
          read={() => getTicketsEventsByEventIdOrdersCsv(eventId)}
        />
      }
    >
      <Filters />
      {orders.isError ? (
        <ErrorState error={orders.error} retry={() => void orders.refetch()} />
      ) : (
        <DataTable
          hasCards
          caption={t("orders.title")}
          columns={columns}
          rows={orders.data?.data}
          rowKey={(order) => order.id}
          empty={<Empty title={t(isFiltered ? "orders.nothingFound" : "orders.empty")} />}
        />
      )}
      <Pagination
        page={wanted.page ?? 1}
        last={orders.data?.last_page ?? 1}
        hasMore={orders.data?.total_is_exact === false}
        pathOf={(page) => `?${withValue(search, "page", String(page))}`}
      />
    </SalesPage>
  );
}

/** What the address asks for. */
function useWanted(eventId: number): GetTicketsOrdersParams {
  const [search] = useSearchParams();
  return {
    event_id: eventId,
    q: search.get("q") || undefined,
    status: STATES.find((state) => state === search.get("status")),
    page: Math.max(1, Number(search.get("page")) || 1),
    per_page: PER_PAGE,
  };
}

/** Ask anew whenever the event's sales move. */
function useLive(eventId: number): void {
  const queries = useQueryClient();
  useEffect(() => {
    const control = new AbortController();
    const queryKey = getGetTicketsOrdersQueryKey();
    void followStream(getGetTicketsEventsByEventIdLiveUrl(eventId), control.signal, () => {
      void queries.invalidateQueries({ queryKey });
    });
    return () => control.abort();
  }, [eventId, queries]);
}

function withValue(search: URLSearchParams, name: string, value: string): URLSearchParams {
  const next = new URLSearchParams(search);
  if (value) next.set(name, value);
  else next.delete(name);
  return next;
}

/** Words and a state, both in the address; searching anew begins at the first page. */
function Filters() {
  const { t } = useTranslation("event-sales");
  const { t: order } = useTranslation("orders");
  const [search, setSearch] = useSearchParams();
  const q = search.get("q") ?? "";
  const change = (name: string, value: string) =>
    setSearch((before) => withValue(withValue(before, "page", ""), name, value));
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    change("q", String(new FormData(event.currentTarget).get("q") ?? "").trim());
  };
  return (
    <form onSubmit={submit} className={classes.search}>
      <TextInput
        key={q}
        id="q"
        name="q"
        type="search"
        defaultValue={q}
        label={t("orders.search")}
        className={classes.words}
      />
      <NativeSelect
        id="status"
        label={t("orders.state")}
        value={search.get("status") ?? ""}
        onChange={(event) => change("status", event.currentTarget.value)}
        data={[
          { value: "", label: t("orders.anyState") },
          ...STATES.map((state: State) => ({ value: state, label: order(`states.${state}`) })),
        ]}
      />
      <Button type="submit" variant="default">
        {t("orders.go")}
      </Button>
    </form>
  );
}

function useColumns(eventId: number): Column<ListedOrderView>[] {
  const { t } = useTranslation("event-sales");
  const { t: order } = useTranslation("orders");
  return [
    {
      key: "code",
      title: t("orders.code"),
      isRowHeader: true,
      render: ({ code }) => (
        <Link to={paths.organiseOrder(eventId, code)} className={classes.code}>
          {code}
        </Link>
      ),
    },
    {
      key: "buyer",
      title: t("orders.buyer"),
      render: ({ buyer_name: name, buyer_email: email }) => (
        <>
          {name}
          <span className={classes.quiet}>{email}</span>
        </>
      ),
    },
    {
      key: "date",
      title: t("orders.date"),
      render: (listed) => <DateTime instant={listed.created_at} style="short" />,
    },
    {
      key: "state",
      title: t("orders.state"),
      render: ({ status, attention }) => (
        <>
          {order(`states.${status}`)}
          {attention !== null && <span className={classes.attention}>{attention}</span>}
        </>
      ),
    },
    {
      key: "tickets",
      title: t("orders.tickets"),
      isNumeric: true,
      render: ({ quantity }) => quantity,
    },
    {
      key: "total",
      title: t("orders.total"),
      isNumeric: true,
      render: ({ total, currency }) => <Money amount={total} currency={currency} />,
    },
    {
      key: "refunded",
      title: t("orders.refunded"),
      isNumeric: true,
      render: ({ refunded, currency }) =>
        Number(refunded) > 0 && <Money amount={refunded} currency={currency} />,
    },
  ];
}
