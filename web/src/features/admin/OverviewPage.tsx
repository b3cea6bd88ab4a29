import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { type InstanceHealth, useGetHealth } from "@/api/generated/gateway";
import { type SumView, useGetTicketsOverview } from "@/api/generated/tickets";
import { paths } from "@/paths";
import { DataTable, ErrorState, LoadingLines, Money, Section, StatCard, StatCards } from "@/ui";

import { AdminPage } from "./AdminPage";

const SPANS = ["today", "last_7_days", "last_30_days"] as const;
const LOOK_AGAIN_MS = 5_000;

/** How the whole stands: sales, what wants a person, every instance of every service. */
export function Component() {
  const { t } = useTranslation("admin");
  return (
    <AdminPage title={t("parts.overview")}>
      <Sales />
      <Section title={t("overview.services")}>
        <Services />
      </Section>
    </AdminPage>
  );
}

function Sales() {
  const { t } = useTranslation("admin");
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const overview = useGetTicketsOverview(
    { time_zone: timeZone },
    { query: { refetchInterval: LOOK_AGAIN_MS } },
  );
  if (overview.isPending) return <LoadingLines lines={3} height={72} />;
  if (overview.isError)
    return <ErrorState error={overview.error} retry={() => void overview.refetch()} />;
  return (
    <>
      <StatCards>
        {SPANS.map((span) => (
          <StatCard
            key={span}
            label={t(`overview.${span}`)}
            value={<Sums sums={overview.data[span]} />}
          />
        ))}
        <StatCard label={t("overview.attention")} value={overview.data.needs_attention} />
        <StatCard label={t("overview.ahead")} value={overview.data.events_ahead} />
      </StatCards>
      {overview.data.needs_attention > 0 && (
        <Link to={`${paths.adminPart("orders")}?attention=1`}>{t("overview.attentionLink")}</Link>
      )}
    </>
  );
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

type Row = InstanceHealth & { service: string };

function Services() {
  const { t } = useTranslation("admin");
  const health = useGetHealth({ query: { refetchInterval: LOOK_AGAIN_MS } });
  if (health.isError)
    return <ErrorState error={health.error} retry={() => void health.refetch()} />;
  const rows = health.data && Object.entries(health.data.services).flatMap(rowsOf);
  return (
    <DataTable
      caption={t("overview.services")}
      rows={rows}
      rowKey={(row) => row.instance}
      columns={[
        {
          key: "service",
          title: t("overview.service"),
          isRowHeader: true,
          render: ({ service }) => service,
        },
        {
          key: "instance",
          title: t("overview.instances"),
          render: ({ instance }) => instance,
        },
        {
          key: "state",
          title: t("overview.state"),
          render: ({ state }) => t(`overview.states.${state}`),
        },
        {
          key: "latency",
          title: t("overview.latency"),
          isNumeric: true,
          render: ({ latency_ms: value }) =>
            value === null ? "–" : t("overview.ms", { value: Math.round(value) }),
        },
      ]}
    />
  );
}

function rowsOf([service, { instances }]: [string, { instances: InstanceHealth[] }]): Row[] {
  return instances.map((instance) => ({ ...instance, service }));
}
