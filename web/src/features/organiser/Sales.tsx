import { SegmentedControl } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import type { StatsAnswer } from "@/api/generated/events";
import { formatDate } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { type Column, DataTable, Empty, Money, Section, Skeleton } from "@/ui";

import classes from "./Organiser.module.css";
import { DAYS_SHOWN_MAX, daysOf, hoursOf, type Sold } from "./sales";

const SalesChart = lazy(() => import("./SalesChart"));
const CHART_HEIGHT = 260;

interface SalesProps {
  stats: StatsAnswer;
  timeZone: string;
}

/** What sold when: as a chart, and the same as a table. */
export function Sales({ stats, timeZone }: SalesProps) {
  const { t } = useTranslation("organiser");
  const [search, setSearch] = useSearchParams();
  const by = search.get("by") === "hour" ? "hour" : "day";
  const shown = by === "hour" ? hoursOf(stats.by_hour, timeZone) : daysOf(stats.by_day, timeZone);
  const names = useNames(by, timeZone);
  const hasSales = stats.by_day.length > 0;
  const choice = (
    <SegmentedControl
      aria-label={t("dashboard.sales")}
      value={by}
      onChange={(chosen) =>
        setSearch(chosen === "hour" ? { by: "hour" } : {}, {
          replace: true,
          preventScrollReset: true,
        })
      }
      data={[
        { value: "day", label: t("dashboard.perDay") },
        { value: "hour", label: t("dashboard.perHour") },
      ]}
    />
  );
  return (
    <Section title={t("dashboard.sales")} actions={hasSales && choice}>
      {!hasSales && <Empty title={t("dashboard.noSales")} />}
      {hasSales && (
        <>
          <p className={classes.hint}>{t(`dashboard.${by}Hint`, { count: DAYS_SHOWN_MAX })}</p>
          <div className={classes.chart}>
            <Suspense fallback={<Skeleton height={CHART_HEIGHT} />}>
              <SalesChart
                currency={stats.currency}
                bars={shown.map((one) => ({ ...one, label: names.short(one.at) }))}
              />
            </Suspense>
          </div>
          <details className={classes.details} open={stats.by_day.length <= ROWS_OPEN_MAX}>
            <summary>{t("dashboard.asTable")}</summary>
            <SalesTable
              rows={rowsOf(by, stats)}
              currency={stats.currency}
              title={t(by === "day" ? "dashboard.day" : "dashboard.hour")}
              name={names.long}
            />
          </details>
        </>
      )}
    </Section>
  );
}

/** A longer table is opened by who wants it. */
const ROWS_OPEN_MAX = 14;

/** The days or hours with a sale, the latest first. */
function rowsOf(by: "day" | "hour", stats: StatsAnswer): Sold[] {
  const rows =
    by === "day"
      ? stats.by_day.map((one) => ({ ...one, at: one.day }))
      : stats.by_hour.map((one) => ({ ...one, at: one.hour }));
  return rows.reverse();
}

function useNames(by: "day" | "hour", timeZone: string) {
  const language = useLanguage();
  // A day is a date of the event's calendar already, an hour an instant.
  const zone = by === "day" ? "UTC" : timeZone;
  return {
    short: (at: string) =>
      formatDate(at, by === "day" ? "dayAndMonth" : "hourOfDay", language, zone),
    long: (at: string) => formatDate(at, by === "day" ? "shortDay" : "short", language, zone),
  };
}

interface SalesTableProps {
  rows: Sold[];
  currency: string;
  title: string;
  name: (at: string) => string;
}

function SalesTable({ rows, currency, title, name }: SalesTableProps) {
  const { t } = useTranslation("organiser");
  const columns: Column<Sold>[] = [
    {
      key: "at",
      title,
      isRowHeader: true,
      render: ({ at }) => <time dateTime={at}>{name(at)}</time>,
    },
    {
      key: "tickets",
      title: t("dashboard.tickets"),
      isNumeric: true,
      render: ({ tickets }) => tickets,
    },
    {
      key: "revenue",
      title: t("dashboard.revenue"),
      isNumeric: true,
      render: ({ revenue }) => <Money amount={revenue} currency={currency} />,
    },
  ];
  return (
    <DataTable
      caption={t("dashboard.sales")}
      rows={rows}
      rowKey={({ at }) => at}
      empty={<p className={classes.hint}>{t("dashboard.noneLately")}</p>}
      columns={columns}
    />
  );
}
