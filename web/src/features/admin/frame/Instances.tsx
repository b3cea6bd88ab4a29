import { useTranslation } from "react-i18next";

import { type InstanceHealth, InstanceHealthState, useGetHealth } from "@/api/generated/gateway";
import { DataTable, ErrorState, type Tone } from "@/ui";

import classes from "./Admin.module.css";
import { Tag } from "./bits";

type Row = InstanceHealth & { service: string };

const LOOK_AGAIN_MS = 5_000;
const TONES: Record<InstanceHealthState, Tone | undefined> = {
  [InstanceHealthState.up]: "good",
  [InstanceHealthState.down]: "bad",
  [InstanceHealthState.slow]: "caution",
  [InstanceHealthState.leaving]: "caution",
  [InstanceHealthState.presumed]: undefined,
  [InstanceHealthState.new]: undefined,
};

/** Every instance of every service, as the gateway sees it. */
export function Instances() {
  const { t } = useTranslation("admin");
  const health = useGetHealth({ query: { refetchInterval: LOOK_AGAIN_MS } });
  if (health.isError)
    return <ErrorState error={health.error} retry={() => void health.refetch()} />;
  const rows = health.data && Object.entries(health.data.services).flatMap(rowsOf);
  return (
    <DataTable
      caption={t("overview.instances")}
      rows={rows}
      rowKey={(row) => row.instance}
      expected={{ rows: 6, height: 50 }}
      columns={[
        {
          key: "service",
          title: t("overview.service"),
          isRowHeader: true,
          render: ({ service, instance }) => (
            <>
              {service}
              <br />
              <span className={classes.hint}>{instance}</span>
            </>
          ),
        },
        {
          key: "state",
          title: t("overview.state"),
          render: ({ state }) => <Tag tone={TONES[state]}>{t(`overview.states.${state}`)}</Tag>,
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
