import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import {
  getTicketsOrganisersByOrganiserIdStatementCsv,
  type StatementView,
  useGetTicketsOrganisersByOrganiserIdStatement,
} from "@/api/generated/tickets";
import { useUser } from "@/api/useSession";
import { formatDate } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { paths } from "@/paths";
import { Empty, ErrorState, LoadingLines, Money, Page, PageHeader, Section } from "@/ui";

import { DownloadButton } from "./DownloadButton";
import { PeriodForm } from "./PeriodForm";
import { type Period, periodOf } from "./period";
import classes from "./Sales.module.css";
import { ByEvent, Movements } from "./StatementTables";

/** An organiser's account over a period: what stood there, what moved, what stands there. */
export function Component() {
  const { t } = useTranslation("event-sales");
  const [search] = useSearchParams();
  const organiserId = useUser()?.id ?? 0;
  const period = periodOf(search);
  const params = { ...period, currency: search.get("currency") ?? undefined };
  const statement = useGetTicketsOrganisersByOrganiserIdStatement(organiserId, params, {
    query: { staleTime: 0, enabled: period.from <= period.to },
  });
  const currency = params.currency ?? statement.data?.currency;
  return (
    <Page title={t("statement.title")}>
      <PageHeader
        title={t("statement.title")}
        above={<Link to={paths.organise()}>{t("statement.above")}</Link>}
        lead={t("statement.lead")}
        actions={
          <DownloadButton
            label={t("statement.csv")}
            fileName={`statement-${period.from}-${period.to}-${currency}.csv`}
            read={() =>
              getTicketsOrganisersByOrganiserIdStatementCsv(organiserId, { ...period, currency })
            }
          />
        }
      />
      <PeriodForm
        period={period}
        currency={currency}
        currencies={statement.data?.currencies ?? []}
      />
      {statement.isLoading && <LoadingLines lines={6} height={40} />}
      {statement.isError && (
        <ErrorState error={statement.error} retry={() => void statement.refetch()} />
      )}
      {statement.data && <Statement statement={statement.data} period={period} />}
    </Page>
  );
}

function Statement({ statement, period }: { statement: StatementView; period: Period }) {
  const { t } = useTranslation("event-sales");
  return (
    <>
      <Balances statement={statement} period={period} />
      {statement.movements.length === 0 ? (
        <Empty title={t("statement.empty")} />
      ) : (
        <>
          <Section title={t("statement.byEvent")}>
            <ByEvent statement={statement} />
          </Section>
          <Section title={t("statement.movements")}>
            <Movements statement={statement} />
          </Section>
        </>
      )}
    </>
  );
}

function Balances({ statement, period }: { statement: StatementView; period: Period }) {
  const { t } = useTranslation("event-sales");
  const language = useLanguage();
  const day = (text: string) => formatDate(text, "shortDay", language, "UTC");
  const money = (amount: string) => <Money amount={amount} currency={statement.currency} />;
  return (
    <div className={classes.gap}>
      <dl className={classes.sums}>
        <div>
          <dt>{t("statement.opening", { day: day(period.from) })}</dt>
          <dd>{money(statement.opening_balance)}</dd>
        </div>
        <div className={classes.net}>
          <dt>{t("statement.closing", { day: day(period.to) })}</dt>
          <dd>{money(statement.closing_balance)}</dd>
        </div>
      </dl>
      <p className={classes.hint}>{t("statement.explain")}</p>
    </div>
  );
}
