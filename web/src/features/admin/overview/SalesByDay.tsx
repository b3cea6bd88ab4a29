import { useTranslation } from "react-i18next";

import type { OverviewView } from "@/api/generated/tickets";
import classes from "@/features/admin/frame/Admin.module.css";
import { DataTable, DateTime, Empty, Money } from "@/ui";

type Day = OverviewView["days"][number];

const DAYS = 30;
const DAY_MS = 86_400_000;

/** What was sold on each day: a bar for each, and the same as a table to read. */
export function SalesByDay({ days }: { days: readonly Day[] }) {
  const { t } = useTranslation("admin");
  if (days.length === 0) return <Empty title={t("overview.none")} />;
  const bars = ticketsByDay(days);
  const most = Math.max(...bars, 1);
  return (
    <>
      <ol className={classes.bars} aria-hidden="true">
        {bars.map((tickets, index) => (
          <li key={index} style={{ height: `${(100 * tickets) / most}%` }} />
        ))}
      </ol>
      <details className={classes.changes}>
        <summary>{t("overview.asTable")}</summary>
        <DataTable
          caption={t("overview.days")}
          rows={[...days].reverse()}
          rowKey={({ day, currency }) => day + currency}
          columns={[
            {
              key: "day",
              title: t("overview.day"),
              isRowHeader: true,
              render: ({ day }) => <DateTime instant={day} timeZone="UTC" style="shortDay" />,
            },
            {
              key: "tickets",
              title: t("overview.tickets"),
              isNumeric: true,
              render: ({ tickets }) => tickets,
            },
            {
              key: "revenue",
              title: t("overview.revenue"),
              isNumeric: true,
              render: ({ revenue, currency }) => <Money amount={revenue} currency={currency} />,
            },
          ]}
        />
      </details>
    </>
  );
}

/** The tickets of each of the last thirty days up to the latest sale, whatever their currency. */
export function ticketsByDay(days: readonly Day[]): number[] {
  const sold = new Map<string, number>();
  for (const { day, tickets } of days) sold.set(day, (sold.get(day) ?? 0) + tickets);
  const latest = Date.parse([...sold.keys()].sort().at(-1) ?? "");
  return Array.from({ length: DAYS }, (_, index) => {
    const day = new Date(latest - (DAYS - 1 - index) * DAY_MS).toISOString().slice(0, 10);
    return sold.get(day) ?? 0;
  });
}
