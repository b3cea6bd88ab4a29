import { Button, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { type EntryAnswer, getAuthAudit } from "@/api/generated/auth";
import { getEventsAudit } from "@/api/generated/events";
import { getNotificationsAudit } from "@/api/generated/notifications";
import { getTicketsAudit } from "@/api/generated/tickets";
import { getUsersAudit } from "@/api/generated/users";
import classes from "@/features/admin/frame/Admin.module.css";

import { AdminPage } from "@/features/admin/frame/AdminPage";
import { AccountLink } from "@/features/admin/frame/bits";
import { Listing } from "@/features/admin/frame/Listing";
import { SearchForm, useFilters, useSetFilter } from "@/features/admin/frame/SearchForm";
import { type Column, DateTime, Notice } from "@/ui";

import { Changes } from "./Changes";

const READERS = {
  tickets: getTicketsAudit,
  events: getEventsAudit,
  auth: getAuthAudit,
  users: getUsersAudit,
  notifications: getNotificationsAudit,
};
type Service = keyof typeof READERS;
const SERVICES: readonly Service[] = ["tickets", "events", "auth", "users", "notifications"];

/** Who changed what, and when: the audit log of each service, the latest first. */
export function Component() {
  const { t } = useTranslation("admin");
  const { text, number, oneOf } = useFilters();
  const setFilter = useSetFilter();
  const service = oneOf("service", SERVICES) ?? "tickets";
  const subject = text("subject");
  const actor = number("actor");
  const entries = useInfiniteQuery({
    queryKey: ["audit", service, subject, actor],
    queryFn: ({ pageParam }) => READERS[service]({ cursor: pageParam, subject, actor_id: actor }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
  const data = entries.data && { data: entries.data.pages.flatMap((page) => page.data) };
  return (
    <AdminPage title={t("parts.audit")}>
      {actor !== undefined && (
        <div className={classes.notices}>
          <Notice
            title={t("audit.ofActor", { id: actor })}
            actions={
              <Button size="sm" variant="default" onClick={() => setFilter("actor", "")}>
                {t("audit.everyActor")}
              </Button>
            }
          />
        </div>
      )}
      <SegmentedControl
        mb="md"
        className={classes.segments}
        withItemsBorders={false}
        aria-label={t("audit.service")}
        value={service}
        onChange={(value) => setFilter("service", value)}
        data={SERVICES.map((value) => ({ value, label: t(`audit.services.${value}`) }))}
      />
      <SearchForm name="subject" label={t("audit.search")} />
      <Listing
        caption={t("parts.audit")}
        query={{ ...entries, data }}
        columns={useColumns()}
        rowKey={(entry) => entry.entry_id}
        empty={t("audit.empty")}
      />
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
    { key: "who", title: t("audit.who"), render: (entry) => <Who {...entry} /> },
    {
      key: "action",
      title: t("audit.action"),
      isRowHeader: true,
      render: ({ action }) => <Action action={action} />,
    },
    {
      key: "subject",
      title: t("audit.subject"),
      render: ({ subject }) => <Subject subject={subject} />,
    },
    { key: "change", title: t("audit.change"), render: (entry) => <Changes entry={entry} /> },
  ];
}

function Who({ actor_id: id, actor_role: role }: EntryAnswer) {
  const { t } = useTranslation("admin");
  if (id === null) return t("audit.system");
  const words = t(`users.roles.${role as "admin"}`, { defaultValue: role });
  return <AccountLink id={id}>{t("audit.account", { role: words, id })}</AccountLink>;
}

/** What was changed, by the log's own name for it; an account can be opened. */
function Subject({ subject }: { subject: string }) {
  const [kind, id = ""] = subject.split(":");
  const name = <code className={classes.code}>{subject}</code>;
  return kind === "account" ? <AccountLink id={id}>{name}</AccountLink> : name;
}

/** What was done in words, and the log's own name for it. */
function Action({ action }: { action: string }) {
  const { t } = useTranslation("admin");
  const words = t(`audit.actions.${action}` as "audit.empty", { defaultValue: "" });
  if (words === "") return <code className={classes.code}>{action}</code>;
  return (
    <>
      {words}
      <br />
      <code className={classes.hint}>{action}</code>
    </>
  );
}
