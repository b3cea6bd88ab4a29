import { useQueries } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import type { Queues } from "@/api/generated/tickets";
import { AdminPage } from "@/features/admin/frame/AdminPage";
import { Tag } from "@/features/admin/frame/bits";
import { Instances } from "@/features/admin/frame/Instances";
import { type Column, DataTable, Section, useProblemSentence } from "@/ui";

import { DeadLetters } from "./DeadLetters";
import { SERVICE_NAMES, SERVICES, type Service } from "./services";

const LOOK_AGAIN_MS = 5_000;

interface Row {
  service: Service;
  queues: Queues | undefined;
  problem: string | undefined;
}

/** Whether the services run, what waits between them, and what they could not handle. */
export function Component() {
  const { t } = useTranslation("admin");
  return (
    <AdminPage title={t("parts.queues")}>
      <Section title={t("queues.instances")}>
        <Instances />
      </Section>
      <Section title={t("queues.queues")}>
        <QueueTable />
      </Section>
      <Section title={t("queues.letters")}>
        <DeadLetters />
      </Section>
    </AdminPage>
  );
}

function QueueTable() {
  const { t } = useTranslation("admin");
  const sentence = useProblemSentence();
  const found = useQueries({
    queries: SERVICE_NAMES.map((service) => ({
      queryKey: ["queues", service],
      queryFn: () => SERVICES[service].queues(),
      refetchInterval: LOOK_AGAIN_MS,
    })),
  });
  const rows = SERVICE_NAMES.map((service, index) => ({
    service,
    queues: found[index]?.data,
    problem: found[index]?.isError ? sentence(found[index].error) : undefined,
  }));
  const isReady = found.every(({ isPending }) => !isPending);
  return (
    <DataTable
      caption={t("queues.queues")}
      rows={isReady ? rows : undefined}
      rowKey={({ service }) => service}
      columns={useColumns()}
      hasCards
    />
  );
}

function useColumns(): Column<Row>[] {
  const { t } = useTranslation("admin");
  const figure = (pick: (queues: Queues) => number | string | undefined) => (row: Row) =>
    (row.queues && pick(row.queues)) ?? "–";
  const sum = (queues: Queues, name: "waiting" | "in_hand") =>
    queues.inbox?.reduce((all, each) => all + each[name], 0);
  return [
    {
      key: "service",
      title: t("queues.service"),
      isRowHeader: true,
      render: ({ service, queues, problem }) => (
        <>
          {service} {problem !== undefined && <Tag tone="bad">{t("queues.noAnswer")}</Tag>}
          {queues?.inbox === null && <Tag tone="bad">{t("queues.unknown")}</Tag>}
        </>
      ),
    },
    {
      key: "outbox",
      title: t("queues.outbox"),
      isNumeric: true,
      render: figure((queues) => queues.outbox_waiting),
    },
    {
      key: "oldest",
      title: t("queues.oldest"),
      isNumeric: true,
      render: figure((queues) =>
        t("queues.seconds", { value: Math.round(queues.outbox_oldest_seconds) }),
      ),
    },
    {
      key: "waiting",
      title: t("queues.waiting"),
      isNumeric: true,
      render: figure((queues) => sum(queues, "waiting")),
    },
    {
      key: "inHand",
      title: t("queues.inHand"),
      isNumeric: true,
      render: figure((queues) => sum(queues, "in_hand")),
    },
    {
      key: "dead",
      title: t("queues.dead"),
      isNumeric: true,
      render: ({ queues }) =>
        queues === undefined ? (
          "–"
        ) : queues.dead_letters > 0 ? (
          <Tag tone="bad">{queues.dead_letters}</Tag>
        ) : (
          0
        ),
    },
  ];
}
