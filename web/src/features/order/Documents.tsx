import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import {
  type DocumentView,
  getTicketsOrdersByCodeDocumentsByNumberPdf,
  useGetTicketsOrdersByCodeDocuments,
} from "@/api/generated/tickets";
import { saveFile } from "@/api/saveFile";
import { DateTime, DownloadIcon, ErrorState, Money, Section } from "@/ui";

import classes from "./Order.module.css";

/** The receipt or invoice of an order, and a credit note for each refund, as files to keep. */
export function Documents({ code, access }: { code: string; access: string | undefined }) {
  const { t } = useTranslation("order");
  const documents = useGetTicketsOrdersByCodeDocuments(code, access ? { access } : undefined);
  if (documents.isPending || documents.data?.data.length === 0) return null;
  return (
    <Section title={t("documents.title")}>
      {documents.isError && (
        <ErrorState error={documents.error} retry={() => void documents.refetch()} />
      )}
      <ul className={classes.documents}>
        {documents.data?.data.map((document) => (
          <li key={document.number}>
            <Document code={code} access={access} document={document} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

interface DocumentProps {
  code: string;
  access: string | undefined;
  document: DocumentView;
}

function Document({ code, access, document }: DocumentProps) {
  const { t } = useTranslation("order");
  const { number, kind, issued_at: issuedAt, total, currency } = document;
  const name = t(`documents.${kind}`, { number });
  const download = useMutation({
    mutationFn: () =>
      getTicketsOrdersByCodeDocumentsByNumberPdf(
        code,
        number,
        access ? { access } : undefined,
      ) as Promise<unknown>,
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
        {name}
      </Button>
      <span>
        <DateTime instant={issuedAt} style="shortDay" /> ·{" "}
        <Money amount={total} currency={currency} />
      </span>
      {download.isError && <ErrorState error={download.error} />}
    </>
  );
}
