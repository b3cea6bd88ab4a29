import { Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { useGetTicketsByTicketIdQrSvg } from "@/api/generated/tickets";
import { ErrorState } from "@/ui";

import classes from "./MyTickets.module.css";

/** The code that admits: beside the ticket, and large on white paper at a touch. */
export function QrCode({ ticketId, number }: { ticketId: number; number: string }) {
  const { t } = useTranslation("my-tickets");
  const [isLarge, { open, close }] = useDisclosure(false);
  const code = useGetTicketsByTicketIdQrSvg(ticketId, undefined, {
    query: { staleTime: Number.POSITIVE_INFINITY },
  });
  const address = useObjectUrl(code.data as Blob | undefined);
  if (code.isError && address === null) {
    return <ErrorState error={code.error} retry={() => void code.refetch()} />;
  }
  if (address === null) return <div className={classes.codeSpace} />;
  const image = <img src={address} alt={t("ticket.qr", { number })} width={260} height={260} />;
  return (
    <>
      <button
        type="button"
        className={classes.code}
        onClick={open}
        aria-label={t("ticket.enlarge")}
      >
        {image}
      </button>
      <Modal.Root opened={isLarge} onClose={close} fullScreen padding={0}>
        <Modal.Content aria-label={t("ticket.qr", { number })}>
          <Modal.Body>
            <button type="button" className={classes.whole} onClick={close}>
              {image}
              <span className="figures">{number}</span>
              <span>{t("ticket.bright")}</span>
            </button>
          </Modal.Body>
        </Modal.Content>
      </Modal.Root>
    </>
  );
}

function useObjectUrl(content: Blob | undefined): string | null {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    if (content === undefined) return;
    const made = URL.createObjectURL(content);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [content]);
  return address;
}
