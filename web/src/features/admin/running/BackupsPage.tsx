import { useTranslation } from "react-i18next";

import { type BackupRunView, useGetTicketsPaymentsBackups } from "@/api/generated/tickets";
import classes from "@/features/admin/frame/Admin.module.css";

import { AdminPage } from "@/features/admin/frame/AdminPage";
import { Facts, Tag, When } from "@/features/admin/frame/bits";
import { Listing } from "@/features/admin/frame/Listing";
import { type Column, Notice } from "@/ui";

/** When payments were written away, how much, and whether it went well. */
export function Component() {
  const { t } = useTranslation("admin");
  const backups = useGetTicketsPaymentsBackups();
  const last = backups.data?.last_backup_at ?? null;
  return (
    <AdminPage title={t("parts.backups")} lead={t("backups.lead")}>
      <div className={classes.notices}>
        {backups.data?.is_on === false && <Notice tone="caution" title={t("backups.off")} />}
      </div>
      {backups.data && (
        <Facts
          facts={[
            [t("backups.last"), last === null ? t("backups.never") : <When instant={last} />],
          ]}
        />
      )}
      <Listing
        caption={t("backups.runs")}
        query={backups}
        columns={useColumns()}
        rowKey={(run) => run.run_id}
        empty={t("backups.empty")}
      />
    </AdminPage>
  );
}

function useColumns(): Column<BackupRunView>[] {
  const { t } = useTranslation("admin");
  return [
    {
      key: "started",
      title: t("backups.started"),
      isRowHeader: true,
      render: (run) => <When instant={run.started_at} />,
    },
    { key: "until", title: t("backups.until"), render: (run) => <When instant={run.to_at} /> },
    { key: "result", title: t("backups.result"), render: (run) => <Result {...run} /> },
    {
      key: "records",
      title: t("backups.records"),
      isNumeric: true,
      render: ({ records }) => records,
    },
    {
      key: "where",
      title: t("backups.where"),
      render: ({ target, path }) => (
        <>
          {target} <code className={classes.code}>{path}</code>
        </>
      ),
    },
  ];
}

function Result({ error, finished_at: finishedAt }: BackupRunView) {
  const { t } = useTranslation("admin");
  if (error !== null) return <Tag tone="bad">{t("backups.failed", { error })}</Tag>;
  if (finishedAt === null) return <Tag tone="caution">{t("backups.underWay")}</Tag>;
  return <Tag tone="good">{t("backups.ok")}</Tag>;
}
