import { Button, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type EntryAnswer, getAuthAudit } from "@/api/generated/auth";
import { getEventsAudit } from "@/api/generated/events";
import { getTicketsAudit } from "@/api/generated/tickets";
import { type Column, DataTable, DateTime, Empty, ErrorState } from "@/ui";

import classes from "./Admin.module.css";
import { AdminPage } from "./AdminPage";

const READERS = { tickets: getTicketsAudit, events: getEventsAudit, auth: getAuthAudit };
type Service = keyof typeof READERS;
const SERVICES: readonly Service[] = ["tickets", "events", "auth"];

/** Who changed what, and when: the audit log of each service, the latest first. */
export function Component() {
  const { t } = useTranslation("admin");
  const [service, setService] = useState<Service>("tickets");
  const entries = useInfiniteQuery({
    queryKey: ["audit", service],
    queryFn: ({ pageParam }) => READERS[service]({ cursor: pageParam }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
  const columns = useColumns();
  return (
    <AdminPage title={t("parts.audit")}>
      <div className={classes.search}>
        <SegmentedControl
          aria-label={t("audit.service")}
          value={service}
          onChange={(value) => setService(value as Service)}
          data={SERVICES.map((value) => ({ value, label: t(`audit.services.${value}`) }))}
        />
      </div>
      {entries.isError ? (
        <ErrorState error={entries.error} retry={() => void entries.refetch()} />
      ) : (
        <DataTable
          caption={t("parts.audit")}
          columns={columns}
          rows={entries.data?.pages.flatMap(({ data }) => data)}
          rowKey={(entry) => entry.entry_id}
          empty={<Empty title={t("audit.empty")} />}
        />
      )}
      {entries.hasNextPage && (
        <Button
          mt="md"
          variant="default"
          loading={entries.isFetchingNextPage}
          onClick={() => void entries.fetchNextPage()}
        >
          {t("audit.older")}
        </Button>
      )}
    </AdminPage>
  );
}

function useColumns(): Column<EntryAnswer>[] {
  const { t } = useTranslation("admin");
  return [
    {
      key: "when",
      title: t("audit.when"),
      render: (entry) => <DateTime instant={entry.occurred_at} style="short" />,
    },
    {
      key: "who",
      title: t("audit.who"),
      render: ({ actor_id: id, actor_role: role }) =>
        id === null ? t("audit.system") : `${id} (${role})`,
    },
    {
      key: "action",
      title: t("audit.action"),
      isRowHeader: true,
      render: ({ action }) => <code>{action}</code>,
    },
    { key: "subject", title: t("audit.subject"), render: ({ subject }) => <code>{subject}</code> },
    {
      key: "change",
      title: t("audit.change"),
      render: ({ before, after }) => (
        <code className={classes.code}>
          {JSON.stringify(before)} → {JSON.stringify(after)}
        </code>
      ),
    },
  ];
}
