import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import {
  getTicketsByTicketIdTicketPdf,
  type TicketView,
  useGetTicketsByTicketIdQrSvg,
} from "@/api/generated/tickets";
import { saveFile } from "@/api/saveFile";
import { DateTime, DownloadIcon, ErrorState, Money, TicketStub } from "@/ui";

import classes from "./Order.module.css";

interface TicketProps {
  ticket: TicketView;
  holder: string;
  access: string | undefined;
}

/** One ticket with the code that admits, as long as it does. */
export function Ticket({ ticket, holder, access }: TicketProps) {
  const { t } = useTranslation("order");
  const isGood = ticket.status === "confirmed";
  return (
    <TicketStub
      isTorn={!isGood}
      stub={
        <div className={classes.stub}>
          {isGood ? (
            <QrCode ticket={ticket} access={access} />
          ) : (
            <p className={classes.spent}>{t(`ticket.${ticket.status}` as "ticket.used")}</p>
          )}
          <span className="figures">{ticket.ticket_number}</span>
        </div>
      }
    >
      <div className={classes.ticket}>
        <h2>{ticket.ticket_type}</h2>
        <p>{holder}</p>
        <p>
          {ticket.event.title}
          <br />
          <DateTime instant={ticket.event.date} timeZone={ticket.event.time_zone} namesZone />
          <br />
          {ticket.event.location}
        </p>
        <p>
          <Money amount={ticket.total} currency={ticket.currency} freeAsWord />
        </p>
        {isGood && <Pdf ticket={ticket} access={access} />}
      </div>
    </TicketStub>
  );
}

function QrCode({ ticket, access }: { ticket: TicketView; access: string | undefined }) {
  const { t } = useTranslation("order");
  const code = useGetTicketsByTicketIdQrSvg(ticket.id, access ? { access } : undefined, {
    query: { staleTime: Number.POSITIVE_INFINITY },
  });
  const address = useAddressOf(code.data);
  if (code.isError) return <ErrorState error={code.error} retry={() => void code.refetch()} />;
  if (address === null) return <span className={classes.codeSpace} />;
  return (
    <img
      src={address}
      alt={t("ticket.code", { number: ticket.ticket_number })}
      width={180}
      height={180}
      className={classes.code}
    />
  );
}

/** An address for a picture that was fetched with the person's own token. */
function useAddressOf(content: unknown): string | null {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    if (!(content instanceof Blob)) return;
    const made = URL.createObjectURL(content);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [content]);
  return address;
}

function Pdf({ ticket, access }: { ticket: TicketView; access: string | undefined }) {
  const { t } = useTranslation("order");
  const download = useMutation({
    mutationFn: () =>
      getTicketsByTicketIdTicketPdf(ticket.id, access ? { access } : undefined) as Promise<unknown>,
    onSuccess: (content) => saveFile(content as Blob, `${ticket.ticket_number}.pdf`),
  });
  return (
    <div>
      <Button
        variant="default"
        size="sm"
        leftSection={<DownloadIcon />}
        loading={download.isPending}
        onClick={() => download.mutate()}
      >
        {t("ticket.pdf")}
      </Button>
      {download.isError && <ErrorState error={download.error} />}
    </div>
  );
}
