import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { getTicketsByTicketIdTicketPdf, type TicketView } from "@/api/generated/tickets";
import { saveFile } from "@/api/saveFile";
import { DownloadIcon, ErrorState } from "@/ui";

/** Fetches the PDF with the person's own token: a plain link would carry none. */
export function PdfButton({ ticket }: { ticket: TicketView }) {
  const { t } = useTranslation("my-tickets");
  const download = useMutation({
    mutationFn: () => getTicketsByTicketIdTicketPdf(ticket.id) as Promise<unknown>,
    onSuccess: (content) => saveFile(content as Blob, `${ticket.ticket_number}.pdf`),
  });
  return (
    <>
      <Button
        variant="default"
        leftSection={<DownloadIcon />}
        loading={download.isPending}
        onClick={() => download.mutate()}
      >
        {t("ticket.pdf")}
      </Button>
      {download.isError && <ErrorState error={download.error} />}
    </>
  );
}
