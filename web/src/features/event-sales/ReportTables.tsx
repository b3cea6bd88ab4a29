import { useTranslation } from "react-i18next";

import type { ReportDay, ReportType, ReportView } from "@/api/generated/tickets";
import { formatNumber } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { type Column, DataTable, DateTime, Empty, Money } from "@/ui";

interface TableProps {
  report: ReportView;
}

/** The VAT at each rate, of tickets and of booking fees. */
export function VatTable({ report }: TableProps) {
  const { t } = useTranslation("event-sales");
  const language = useLanguage();
  return (
    <DataTable
      hasCards
      caption={t("report.vat")}
      rows={report.vat_by_rate}
      rowKey={(vat) => `${vat.of}-${vat.rate}`}
      empty={<Empty title={t("report.noVat")} />}
      columns={[
        {
          key: "rate",
          title: t("report.rate"),
          isRowHeader: true,
          render: ({ rate }) => `${formatNumber(Number(rate), language)} %`,
        },
        {
          key: "of",
          title: t("report.of"),
          render: (vat) => t(`report.ofs.${vat.of === "fees" ? "fees" : "tickets"}`),
        },
        {
          key: "base",
          title: t("report.base"),
          isNumeric: true,
          render: ({ base }) => <Money amount={base} currency={report.currency} />,
        },
        {
          key: "amount",
          title: t("report.vatAmount"),
          isNumeric: true,
          render: ({ amount }) => <Money amount={amount} currency={report.currency} />,
        },
      ]}
    />
  );
}

type TypeAmount = "list_price" | "discounts" | "fees_on_top" | "gross";

/** What was sold of each ticket type, from the list price to what buyers paid. */
export function TypeTable({ report }: TableProps) {
  const { t } = useTranslation("event-sales");
  const money = (key: TypeAmount, title: string): Column<ReportType> => ({
    key,
    title,
    isNumeric: true,
    render: (type) => <Money amount={type[key]} currency={report.currency} />,
  });
  return (
    <DataTable
      hasCards
      caption={t("report.byType")}
      rows={report.by_ticket_type}
      rowKey={(type) => type.ticket_type_id}
      columns={[
        { key: "name", title: t("report.type"), isRowHeader: true, render: ({ name }) => name },
        { key: "sold", title: t("report.sold"), isNumeric: true, render: ({ sold }) => sold },
        {
          key: "cancelled",
          title: t("report.cancelled"),
          isNumeric: true,
          render: ({ cancelled }) => cancelled,
        },
        money("list_price", t("report.listPrice")),
        money("discounts", t("report.discount")),
        money("fees_on_top", t("report.feesOnTop")),
        money("gross", t("report.gross")),
      ]}
    />
  );
}

type DayAmount = "gross" | "refunds" | "fees" | "net";

/** What moved on each day, by the event's clock. */
export function DayTable({ report }: TableProps) {
  const { t } = useTranslation("event-sales");
  const money = (key: DayAmount): Column<ReportDay> => ({
    key,
    title: t(`report.${key}`),
    isNumeric: true,
    render: (day) => <Money amount={day[key]} currency={report.currency} />,
  });
  return (
    <DataTable
      hasCards
      caption={t("report.byDay")}
      rows={report.by_day}
      rowKey={({ day }) => day}
      empty={<Empty title={t("report.noMovement")} />}
      columns={[
        {
          key: "day",
          title: t("report.day"),
          isRowHeader: true,
          render: ({ day }) => <DateTime instant={day} timeZone="UTC" style="shortDay" />,
        },
        money("gross"),
        money("refunds"),
        money("fees"),
        money("net"),
      ]}
    />
  );
}
