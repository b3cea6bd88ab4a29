import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import type { PostingView, StatementView } from "@/api/generated/tickets";
import { paths } from "@/paths";
import { type Column, DataTable, DateTime, Money, Pagination } from "@/ui";

import { type EventSums, type Group, sumsByEvent } from "./movements";

const PER_PAGE = 50;
const GROUPS = ["sales", "refunds", "fees", "vat", "other"] as const satisfies readonly Group[];
const KINDS = [
  "capture",
  "fee",
  "fee_vat",
  "vat",
  "refund",
  "refund_fee",
  "refund_fee_vat",
  "refund_vat",
  "provider_fee",
  "dispute",
  "dispute_fee",
  "dispute_won",
  "payout",
  "adjustment",
] as const;

interface TableProps {
  statement: StatementView;
}

/** What the period did to the account, event by event. */
export function ByEvent({ statement }: TableProps) {
  const { t } = useTranslation("event-sales");
  const money = (key: Group | "change"): Column<EventSums> => ({
    key,
    title: t(`statement.${key}`),
    isNumeric: true,
    render: (sums) => <Money amount={sums[key]} currency={statement.currency} />,
  });
  const rows = sumsByEvent(statement.movements);
  const shown = GROUPS.filter((key) => key !== "other" || rows.some((row) => +row.other !== 0));
  return (
    <DataTable
      hasCards
      caption={t("statement.byEvent")}
      rows={rows}
      rowKey={({ eventId }) => eventId}
      columns={[
        {
          key: "event",
          title: t("statement.event"),
          isRowHeader: true,
          render: ({ eventId, title }) => (
            <Link to={paths.organiseEventPart(eventId, "report")}>{title}</Link>
          ),
        },
        ...shown.map(money),
        money("change"),
      ]}
    />
  );
}

/** Every movement of the period by day, a page at a time. */
export function Movements({ statement }: TableProps) {
  const { t } = useTranslation("event-sales");
  const [search] = useSearchParams();
  const last = Math.max(1, Math.ceil(statement.movements.length / PER_PAGE));
  const page = Math.min(last, Math.max(1, Number(search.get("page")) || 1));
  const begin = (page - 1) * PER_PAGE;
  const rows = statement.movements
    .map((posting, place) => ({ ...posting, place }))
    .slice(begin, begin + PER_PAGE);
  const kindOf = ({ kind }: PostingView) => KINDS.find((known) => known === kind) ?? "other";
  const pathOf = (other: number) => {
    const next = new URLSearchParams(search);
    next.set("page", String(other));
    return `?${next}`;
  };
  return (
    <>
      <DataTable
        hasCards
        caption={t("statement.movements")}
        rows={rows}
        rowKey={({ place }) => place}
        columns={[
          {
            key: "day",
            title: t("statement.day"),
            isRowHeader: true,
            render: ({ day }) => <DateTime instant={day} timeZone="UTC" style="shortDay" />,
          },
          {
            key: "event",
            title: t("statement.event"),
            render: ({ event_title: title }) => title,
          },
          {
            key: "movement",
            title: t("statement.movement"),
            render: (posting) => t(`statement.kinds.${kindOf(posting)}`),
          },
          {
            key: "amount",
            title: t("statement.amount"),
            isNumeric: true,
            render: ({ amount }) => <Money amount={amount} currency={statement.currency} />,
          },
        ]}
      />
      <Pagination page={page} last={last} pathOf={pathOf} />
    </>
  );
}
