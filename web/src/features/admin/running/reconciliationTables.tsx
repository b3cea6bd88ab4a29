/** The tables of the reconciliation that are only read. */
import { useTranslation } from "react-i18next";

import type { ReconciliationView } from "@/api/generated/tickets";
import classes from "@/features/admin/frame/Admin.module.css";
import { OrderLink, Tag, When } from "@/features/admin/frame/bits";
import { DataTable, DateTime, Money } from "@/ui";

type Part<Name extends keyof ReconciliationView> = ReconciliationView[Name];

/** Payments that a bank contests. */
export function Disputes({ disputes }: { disputes: Part<"disputes"> }) {
  const { t } = useTranslation("admin");
  return (
    <DataTable
      caption={t("reconciliation.disputes")}
      rows={disputes}
      rowKey={(dispute) => dispute.dispute_id}
      empty={<p>{t("reconciliation.noDisputes")}</p>}
      hasCards
      columns={[
        {
          key: "order",
          title: t("reconciliation.order"),
          isRowHeader: true,
          render: ({ order_code: code, dispute_id: id }) =>
            code === null ? id : <OrderLink code={code} />,
        },
        { key: "reason", title: t("reconciliation.reason"), render: ({ reason }) => reason },
        { key: "state", title: t("reconciliation.state"), render: ({ status }) => status },
        {
          key: "opened",
          title: t("reconciliation.opened"),
          render: (dispute) => <When instant={dispute.opened_at} />,
        },
        {
          key: "closed",
          title: t("reconciliation.closed"),
          render: (dispute) => <When instant={dispute.closed_at} />,
        },
        {
          key: "amount",
          title: t("reconciliation.amount"),
          isNumeric: true,
          render: ({ amount, currency }) => <Money amount={amount} currency={currency} />,
        },
        {
          key: "withdrawn",
          title: t("reconciliation.withdrawn"),
          isNumeric: true,
          render: ({ withdrawn, currency }) => <Money amount={withdrawn} currency={currency} />,
        },
      ]}
    />
  );
}

/** The provider's account beside ours, day by day. */
export function Days({ days }: { days: Part<"days"> }) {
  const { t } = useTranslation("admin");
  return (
    <DataTable
      caption={t("reconciliation.days")}
      rows={days}
      rowKey={({ day, currency }) => day + currency}
      empty={<p>{t("reconciliation.noDays")}</p>}
      hasCards
      columns={[
        {
          key: "day",
          title: t("reconciliation.day"),
          isRowHeader: true,
          render: ({ day }) => <DateTime instant={day} timeZone="UTC" style="shortDay" />,
        },
        ...(["ledger", "provider", "difference"] as const).map((name) => ({
          key: name,
          title: t(`reconciliation.${name}`),
          isNumeric: true,
          render: (day: Part<"days">[number]) => (
            <Money amount={day[name]} currency={day.currency} />
          ),
        })),
      ]}
    />
  );
}

/** When the books were compared, and what came of it. */
export function Runs({ runs }: { runs: Part<"runs"> }) {
  const { t } = useTranslation("admin");
  const figures = [
    ["payments", "payments_read"],
    ["movements", "movements_read"],
    ["entered", "entered"],
    ["repaired", "repaired"],
    ["newFindings", "findings"],
  ] as const;
  return (
    <DataTable
      caption={t("reconciliation.runs")}
      rows={runs}
      rowKey={(run) => run.run_id}
      empty={<p>{t("reconciliation.noRuns")}</p>}
      hasCards
      columns={[
        {
          key: "started",
          title: t("reconciliation.started"),
          isRowHeader: true,
          render: (run) => <When instant={run.started_at} />,
        },
        {
          key: "result",
          title: t("reconciliation.result"),
          render: (run) => <Result {...run} />,
        },
        ...figures.map(([name, field]) => ({
          key: name,
          title: t(`reconciliation.${name}`),
          isNumeric: true,
          render: (run: Part<"runs">[number]) => run[field],
        })),
      ]}
    />
  );
}

function Result({ error, finished_at: finishedAt }: Part<"runs">[number]) {
  const { t } = useTranslation("admin");
  if (error !== null) return <span className={classes.code}>{error}</span>;
  if (finishedAt === null) return <Tag tone="caution">{t("reconciliation.underWay")}</Tag>;
  return <Tag tone="good">{t("reconciliation.ok")}</Tag>;
}

/** What the provider told us that we could not handle, try as we might. */
export function Webhooks({ stuck }: { stuck: Part<"webhooks_stuck"> }) {
  const { t } = useTranslation("admin");
  return (
    <DataTable
      caption={t("reconciliation.webhooks")}
      rows={stuck}
      rowKey={(webhook) => webhook.event_id}
      hasCards
      columns={[
        {
          key: "kind",
          title: t("reconciliation.kind"),
          isRowHeader: true,
          render: ({ kind }) => kind,
        },
        {
          key: "received",
          title: t("reconciliation.received"),
          render: (webhook) => <When instant={webhook.received_at} />,
        },
        {
          key: "error",
          title: t("reconciliation.lastError"),
          render: (webhook) => <code className={classes.code}>{webhook.last_error}</code>,
        },
        {
          key: "attempts",
          title: t("reconciliation.attempts"),
          isNumeric: true,
          render: ({ attempts }) => attempts,
        },
      ]}
    />
  );
}
