import { Button } from "@mantine/core";
import { useMutation, useQueries, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { DeadLetter } from "@/api/generated/tickets";
import type { ApiProblem } from "@/api/problem";
import classes from "@/features/admin/frame/Admin.module.css";
import { When } from "@/features/admin/frame/bits";
import { type Column, DataTable, Empty, ErrorState, Notice } from "@/ui";

import { SERVICE_NAMES, SERVICES, type Service } from "./services";

const LOOK_AGAIN_MS = 15_000;

type Letter = DeadLetter & { service: Service };

/** The messages that a service could not handle, of all services together. */
export function DeadLetters() {
  const { t } = useTranslation("admin");
  const { rows, total, error, isPending } = useLetters();
  const retry = useRetry();
  return (
    <>
      <div className={classes.notices}>
        <p className={classes.hint}>{t("queues.lettersHint")}</p>
        {retry.isSuccess && <Notice tone="good" isAnnounced title={t("queues.retried")} />}
        {retry.isError && <ErrorState error={retry.error} />}
        {error !== undefined && <ErrorState error={error} />}
      </div>
      <DataTable
        caption={t("queues.letters")}
        rows={isPending ? undefined : rows}
        rowKey={({ service, id }) => `${service} ${id}`}
        empty={error === undefined && <Empty title={t("queues.none")} />}
        columns={useColumns((letter) => retry.mutate(letter))}
        hasCards
      />
      {total > rows.length && (
        <p className={classes.hint}>{t("queues.more", { shown: rows.length, total })}</p>
      )}
    </>
  );
}

function useLetters() {
  const found = useQueries({
    queries: SERVICE_NAMES.map((service) => ({
      queryKey: ["dead-letters", service],
      queryFn: () => SERVICES[service].letters(),
      refetchInterval: LOOK_AGAIN_MS,
    })),
  });
  const rows: Letter[] = SERVICE_NAMES.flatMap((service, index) =>
    (found[index]?.data?.data ?? []).map((letter) => ({ ...letter, service })),
  );
  return {
    rows: rows.sort((one, other) => other.created_at.localeCompare(one.created_at)),
    total: found.reduce((all, { data }) => all + (data?.total ?? 0), 0),
    error: found.find(({ isError }) => isError)?.error ?? undefined,
    isPending: found.some(({ isPending }) => isPending),
  };
}

function useRetry() {
  const queries = useQueryClient();
  return useMutation<unknown, ApiProblem, Letter>({
    mutationFn: ({ service, id }) => SERVICES[service].retry(id),
    onSettled: async (_answer, _error, { service }) => {
      await queries.invalidateQueries({ queryKey: ["dead-letters", service] });
      await queries.invalidateQueries({ queryKey: ["queues", service] });
    },
  });
}

function useColumns(onRetry: (letter: Letter) => void): Column<Letter>[] {
  const { t } = useTranslation("admin");
  return [
    {
      key: "subject",
      title: t("queues.subject"),
      isRowHeader: true,
      render: ({ subject }) => <code className={classes.code}>{subject}</code>,
    },
    { key: "service", title: t("queues.service"), render: ({ service }) => service },
    {
      key: "error",
      title: t("queues.error"),
      render: ({ error }) => <code className={classes.code}>{error}</code>,
    },
    {
      key: "since",
      title: t("queues.since"),
      render: (letter) => <When instant={letter.created_at} />,
    },
    {
      key: "attempts",
      title: t("queues.attempts"),
      isNumeric: true,
      render: ({ attempts }) => attempts,
    },
    {
      key: "retry",
      title: <span className="visually-hidden">{t("actions")}</span>,
      render: (letter) => (
        <Button
          size="xs"
          variant="default"
          aria-label={t("queues.retryOf", { subject: letter.subject })}
          onClick={() => onRetry(letter)}
        >
          {t("queues.retry")}
        </Button>
      ),
    },
  ];
}
