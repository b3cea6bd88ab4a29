import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import {
  type FindingView,
  getGetTicketsReconciliationQueryKey,
  usePostTicketsReconciliationFindingsByFindingIdResolve,
} from "@/api/generated/tickets";
import classes from "@/features/admin/frame/Admin.module.css";
import { NoteDialog, OrderLink, Tag, When } from "@/features/admin/frame/bits";
import { type Column, DataTable, Empty, Money, type Tone } from "@/ui";

const TONES: Record<string, Tone | undefined> = { open: "caution", settled: "good" };

interface FindingsProps {
  findings: readonly FindingView[];
  onResolved: () => void;
}

/** What the ledgers disagree on, in words; a person says what was done about it. */
export function Findings({ findings, onResolved }: FindingsProps) {
  const { t } = useTranslation("admin");
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<FindingView | null>(null);
  const resolve = usePostTicketsReconciliationFindingsByFindingIdResolve({
    mutation: {
      onSuccess: async () => {
        await queries.invalidateQueries({ queryKey: getGetTicketsReconciliationQueryKey() });
        setChosen(null);
        onResolved();
      },
    },
  });
  return (
    <>
      <DataTable
        caption={t("reconciliation.findings")}
        rows={findings}
        rowKey={(finding) => finding.id}
        empty={<Empty title={t("reconciliation.noFindings")} />}
        columns={useColumns(setChosen)}
        hasCards
      />
      {chosen && (
        <NoteDialog
          title={t("reconciliation.resolveTitle")}
          confirm={t("reconciliation.resolve")}
          isBusy={resolve.isPending}
          error={resolve.error}
          onClose={() => {
            resolve.reset();
            setChosen(null);
          }}
          onConfirm={(note) => resolve.mutate({ findingId: chosen.id, data: { note } })}
        >
          <p>{chosen.message}</p>
          <p className={classes.hint}>{t("reconciliation.resolveExplain")}</p>
        </NoteDialog>
      )}
    </>
  );
}

function useColumns(onChosen: (finding: FindingView) => void): Column<FindingView>[] {
  const { t } = useTranslation("admin");
  return [
    {
      key: "what",
      title: t("reconciliation.what"),
      isRowHeader: true,
      render: ({ message, note }) => (
        <>
          {message}
          {note !== null && <p className={classes.hint}>{t("reconciliation.noteOf", { note })}</p>}
        </>
      ),
    },
    {
      key: "order",
      title: t("reconciliation.order"),
      render: ({ order_code: code }) => (code === null ? "–" : <OrderLink code={code} />),
    },
    {
      key: "found",
      title: t("reconciliation.found"),
      render: (finding) => <When instant={finding.found_at} />,
    },
    {
      key: "state",
      title: t("reconciliation.state"),
      render: ({ state }) => (
        <Tag tone={TONES[state]}>{t(`reconciliation.states.${state as "open"}`)}</Tag>
      ),
    },
    {
      key: "amount",
      title: t("reconciliation.amount"),
      isNumeric: true,
      render: ({ amount, currency }) => <Money amount={amount} currency={currency} />,
    },
    {
      key: "resolve",
      title: <span className="visually-hidden">{t("actions")}</span>,
      render: (finding) =>
        finding.state === "open" && (
          <Button size="xs" variant="default" onClick={() => onChosen(finding)}>
            {t("reconciliation.resolve")}
          </Button>
        ),
    },
  ];
}
