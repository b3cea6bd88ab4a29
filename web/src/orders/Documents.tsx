import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import {
  type DocumentView,
  getTicketsOrdersByCodeDocumentsByNumberPdf,
  type OrderView,
  useGetTicketsOrdersByCodeDocuments,
} from "@/api/generated/tickets";
import { saveFile } from "@/api/saveFile";
import { DateTime, DownloadIcon, ErrorState, LoadingLines, Money, Section } from "@/ui";

import classes from "./Orders.module.css";

const AGAIN_MILLISECONDS = 2_000;
const NUMBERED_WITHIN_MILLISECONDS = 60_000;

/** The receipt or invoice of an order, and a credit note for each refund, as files to keep. */
export function Documents({ order }: { order: OrderView }) {
  const { t } = useTranslation("orders");
  const { code } = order;
  const documents = useGetTicketsOrdersByCodeDocuments(code, undefined, {
    query: {
      refetchInterval: ({ state }) =>
        isComing(order, state.data?.data.length ?? 0) ? AGAIN_MILLISECONDS : false,
    },
  });
  return (
    <Section title={t("documents.title")}>
      {documents.isPending && <LoadingLines lines={1} height={36} />}
      {documents.isError && (
        <ErrorState error={documents.error} retry={() => void documents.refetch()} />
      )}
      {documents.data?.data.length === 0 && <p>{t("documents.empty")}</p>}
      <ul className={classes.documents}>
        {documents.data?.data.map((document) => (
          <li key={document.number}>
            <Document code={code} document={document} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Whether a document is still being numbered: one for the sale, one for each refund made. */
function isComing(order: OrderView, count: number): boolean {
  const made = order.refunds.flatMap(({ completed_at: at }) => (at === null ? [] : [at]));
  const last = [order.created_at, ...made].map((at) => Date.parse(at));
  const isRecent = Math.max(...last) > Date.now() - NUMBERED_WITHIN_MILLISECONDS;
  return isRecent && count < 1 + made.length;
}

function Document({ code, document }: { code: string; document: DocumentView }) {
  const { t } = useTranslation("orders");
  const { number, kind, issued_at: issuedAt, total, currency } = document;
  const download = useMutation({
    mutationFn: () => getTicketsOrdersByCodeDocumentsByNumberPdf(code, number) as Promise<unknown>,
    onSuccess: (content) => saveFile(content as Blob, `${number}.pdf`),
  });
  return (
    <>
      <Button
        variant="default"
        size="sm"
        leftSection={<DownloadIcon />}
        loading={download.isPending}
        onClick={() => download.mutate()}
      >
        {t(`documents.${kind}`, { number })}
      </Button>
      <span>
        <DateTime instant={issuedAt} style="shortDay" /> ·{" "}
        <Money amount={total} currency={currency} />
      </span>
      {download.isError && <ErrorState error={download.error} />}
    </>
  );
}
