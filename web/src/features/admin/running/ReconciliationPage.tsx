import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useGetTicketsReconciliation } from "@/api/generated/tickets";
import classes from "@/features/admin/frame/Admin.module.css";

import { AdminPage } from "@/features/admin/frame/AdminPage";
import { ErrorState, LoadingLines, Notice, Section } from "@/ui";

import { Findings } from "./Findings";
import { Days, Disputes, Runs, Webhooks } from "./reconciliationTables";

/** Where our ledger and the payment provider's agree, and where a person has to look. */
export function Component() {
  const { t } = useTranslation("admin");
  const [isDone, setIsDone] = useState(false);
  const read = useGetTicketsReconciliation();
  return (
    <AdminPage title={t("parts.reconciliation")} lead={t("reconciliation.lead")}>
      {read.isPending && <LoadingLines lines={6} height={40} />}
      {read.isError && <ErrorState error={read.error} retry={() => void read.refetch()} />}
      <div className={classes.notices}>
        {isDone && <Notice tone="good" isAnnounced title={t("reconciliation.done")} />}
      </div>
      {read.data && (
        <>
          <Section title={t("reconciliation.findings")}>
            <Findings findings={read.data.findings} onResolved={() => setIsDone(true)} />
          </Section>
          <Section title={t("reconciliation.disputes")}>
            <Disputes disputes={read.data.disputes} />
          </Section>
          <Section title={t("reconciliation.webhooks")}>
            <p>{t("reconciliation.waiting", { count: read.data.webhooks_waiting })}</p>
            {read.data.webhooks_stuck.length > 0 && <Webhooks stuck={read.data.webhooks_stuck} />}
          </Section>
          <Section title={t("reconciliation.days")}>
            <Days days={read.data.days} />
          </Section>
          <Section title={t("reconciliation.runs")}>
            <Runs runs={read.data.runs} />
          </Section>
        </>
      )}
    </AdminPage>
  );
}
