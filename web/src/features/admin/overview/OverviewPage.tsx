import { keepPreviousData } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useGetAuthAccounts } from "@/api/generated/auth";
import { useGetNotificationsHealth } from "@/api/generated/notifications";
import { type OverviewView, type SumView, useGetTicketsOverview } from "@/api/generated/tickets";
import classes from "@/features/admin/frame/Admin.module.css";
import { AdminPage } from "@/features/admin/frame/AdminPage";
import { Instances } from "@/features/admin/frame/Instances";
import { paths } from "@/paths";
import { ErrorState, LoadingLines, Money, Section, StatCard, StatCards } from "@/ui";

import { SalesByDay } from "./SalesByDay";

const SPANS = ["today", "last_7_days", "last_30_days"] as const;
const LOOK_AGAIN_MS = 5_000;

/** How the whole stands: sales, what wants a person, every instance of every service. */
export function Component() {
  const { t } = useTranslation("admin");
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const overview = useGetTicketsOverview(
    { time_zone: timeZone },
    { query: { refetchInterval: LOOK_AGAIN_MS, placeholderData: keepPreviousData } },
  );
  return (
    <AdminPage title={t("parts.overview")}>
      {overview.isPending && <LoadingLines lines={8} height={72} />}
      {overview.isError && (
        <ErrorState error={overview.error} retry={() => void overview.refetch()} />
      )}
      {overview.data && <Sales overview={overview.data} />}
      {/* Not before the figures above have their height, so that nothing moves. */}
      {!overview.isPending && (
        <Section title={t("overview.services")}>
          <Instances />
        </Section>
      )}
    </AdminPage>
  );
}

function Sales({ overview }: { overview: OverviewView }) {
  const { t } = useTranslation("admin");
  return (
    <>
      <StatCards>
        {SPANS.map((span) => (
          <StatCard
            key={span}
            label={t(`overview.${span}`)}
            value={<Sums sums={overview[span]} />}
            hint={t("overview.sold", { count: ticketsOf(overview[span]) })}
          />
        ))}
        <StatCard label={t("overview.ahead")} value={overview.events_ahead} />
      </StatCards>
      <Waiting overview={overview} />
      <Section title={t("overview.days")}>
        <SalesByDay days={overview.days} />
      </Section>
    </>
  );
}

/** What a person may have to do something about, each figure with the way there. */
function Waiting({ overview }: { overview: OverviewView }) {
  const { t } = useTranslation("admin");
  const mail = useGetNotificationsHealth({ query: { refetchInterval: LOOK_AGAIN_MS } });
  const accounts = useGetAuthAccounts({ per_page: 1 });
  const pending = overview.refunds_pending.reduce((sum, { refunds }) => sum + refunds, 0);
  return (
    <div className={classes.waiting}>
      <StatCards>
        <StatCard
          label={t("overview.attention")}
          value={overview.needs_attention}
          hint={<Way to={paths.adminPart("attention")}>{t("overview.attentionLink")}</Way>}
        />
        <StatCard
          label={t("overview.pending")}
          value={pending}
          hint={<Way to={paths.adminPart("payments")}>{t("parts.payments")}</Way>}
        />
        <StatCard
          label={t("overview.givenUp")}
          value={mail.data?.given_up ?? "–"}
          hint={
            <Way to={paths.adminPart("deliveries", { status: "failed" })}>
              {t("parts.deliveries")}
            </Way>
          }
        />
        <StatCard
          label={t("overview.accounts")}
          value={
            accounts.data?.total_is_exact === false
              ? t("overview.moreThan", { number: accounts.data.total })
              : (accounts.data?.total ?? "–")
          }
          hint={<Way to={paths.adminPart("users")}>{t("overview.open")}</Way>}
        />
      </StatCards>
    </div>
  );
}

function Way({ to, children }: { to: string; children: ReactNode }) {
  return <Link to={to}>{children}</Link>;
}

function Sums({ sums }: { sums: readonly SumView[] }) {
  const { t } = useTranslation("admin");
  if (sums.length === 0) return t("overview.none");
  return sums.map((sum) => (
    <span key={sum.currency}>
      <Money amount={sum.revenue} currency={sum.currency} />{" "}
    </span>
  ));
}

function ticketsOf(sums: readonly SumView[]): number {
  return sums.reduce((all, { tickets }) => all + tickets, 0);
}
