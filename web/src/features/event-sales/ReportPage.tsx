import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import {
  getTicketsEventsByEventIdOrdersCsv,
  getTicketsEventsByEventIdReportCsv,
  type ReportView,
  useGetTicketsEventsByEventIdReport,
} from "@/api/generated/tickets";
import { paths } from "@/paths";
import { ErrorState, LoadingLines, Money, Section, StatCard, StatCards } from "@/ui";

import { DownloadButton } from "./DownloadButton";
import { DayTable, TypeTable, VatTable } from "./ReportTables";
import classes from "./Sales.module.css";
import { SalesPage, useEventId } from "./SalesPage";

/** An event's money, to the cent, as the ledger has it. */
export function Component() {
  const { t } = useTranslation("event-sales");
  const eventId = useEventId();
  const report = useGetTicketsEventsByEventIdReport(eventId, { query: { staleTime: 0 } });
  return (
    <SalesPage title={t("report.title")} lead={t("report.lead")} actions={<Files id={eventId} />}>
      {report.isPending && <LoadingLines lines={6} height={48} />}
      {report.isError && <ErrorState error={report.error} retry={() => void report.refetch()} />}
      {report.data && <Report report={report.data} />}
    </SalesPage>
  );
}

function Files({ id }: { id: number }) {
  const { t } = useTranslation("event-sales");
  return (
    <>
      <DownloadButton
        label={t("report.csv")}
        fileName={`report-${id}.csv`}
        read={() => getTicketsEventsByEventIdReportCsv(id)}
      />
      <DownloadButton
        label={t("report.ordersCsv")}
        fileName={`orders-${id}.csv`}
        read={() => getTicketsEventsByEventIdOrdersCsv(id)}
      />
    </>
  );
}

function Report({ report }: { report: ReportView }) {
  const { t } = useTranslation("event-sales");
  return (
    <>
      <Sums report={report} />
      <p className={classes.hint}>{t("report.explain")}</p>
      <p className={`${classes.hint} ${classes.gap}`}>
        <Link to={paths.organiseStatement()}>{t("report.account")}</Link>
      </p>
      <Section title={t("report.vat")}>
        <VatTable report={report} />
      </Section>
      <Section title={t("report.byType")}>
        <TypeTable report={report} />
        <p className={classes.hint}>{t("report.byTypeHint")}</p>
      </Section>
      <Section title={t("report.byDay")}>
        <DayTable report={report} />
      </Section>
    </>
  );
}

function Sums({ report }: { report: ReportView }) {
  const { t } = useTranslation("event-sales");
  const money = (amount: string) => <Money amount={amount} currency={report.currency} />;
  const vat = (
    <>
      {t("report.vatWithin")} {money(report.vat)}
    </>
  );
  return (
    <StatCards>
      <StatCard label={t("report.gross")} value={money(report.gross)} />
      <StatCard label={t("report.refunds")} value={money(report.refunds)} />
      <StatCard label={t("report.fees")} value={money(report.fees)} />
      <StatCard label={t("report.net")} value={money(report.net)} hint={vat} />
      {Number(report.discounts) !== 0 && (
        <StatCard label={t("report.discounts")} value={money(report.discounts)} />
      )}
      {Number(report.disputes) !== 0 && (
        <StatCard label={t("report.disputes")} value={money(report.disputes)} />
      )}
    </StatCards>
  );
}
