import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import {
  getGetTicketsByTicketIdQueryKey,
  type RefundPreview,
  type TicketView,
  useGetTicketsByTicketIdRefund,
  usePostTicketsByTicketIdCancel,
} from "@/api/generated/tickets";
import { formatDate, formatMoney } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { ConfirmDialog, ErrorState, LoadingLines, Money, Notice, Section } from "@/ui";

import classes from "./MyTickets.module.css";

/** Give a ticket back: what returns, and what is kept, stands there before anything happens. */
export function RefundSection({ ticket }: { ticket: TicketView }) {
  const { t } = useTranslation("my-tickets");
  const language = useLanguage();
  const queries = useQueryClient();
  const [isOpen, { open, close }] = useDisclosure(false);
  const preview = useGetTicketsByTicketIdRefund(ticket.id);
  const cancel = usePostTicketsByTicketIdCancel({
    mutation: {
      onSuccess: async () => {
        close();
        await queries.invalidateQueries({ queryKey: getGetTicketsByTicketIdQueryKey(ticket.id) });
        await queries.invalidateQueries({ queryKey: ["my-tickets"] });
      },
    },
  });
  const back = preview.data;
  return (
    <Section title={t("refund.title")}>
      {preview.isPending && <LoadingLines lines={2} />}
      {preview.isError && <ErrorState error={preview.error} retry={() => void preview.refetch()} />}
      {back && !back.refundable && <Notice title={back.message} />}
      {back?.refundable && (
        <>
          <Amounts back={back} isFree={Number(ticket.price) === 0} />
          {back.until !== null && (
            <p className={classes.type}>
              {t("refund.until", {
                when: formatDate(back.until, "full", language, ticket.event.time_zone),
              })}
            </p>
          )}
          <Button variant="default" mt="md" onClick={open}>
            {t("refund.start")}
          </Button>
          <ConfirmDialog
            isOpen={isOpen}
            title={t("refund.confirmTitle")}
            confirm={
              Number(back.total) > 0
                ? t("refund.confirm", { amount: formatMoney(back.total, back.currency, language) })
                : t("refund.confirmFree")
            }
            isBusy={cancel.isPending}
            error={cancel.error}
            onClose={close}
            onConfirm={() => cancel.mutate({ ticketId: ticket.id })}
          >
            <p>{t("refund.explain")}</p>
            <Amounts back={back} isFree={Number(ticket.price) === 0} />
          </ConfirmDialog>
        </>
      )}
    </Section>
  );
}

function Amounts({ back, isFree }: { back: RefundPreview; isFree: boolean }) {
  const { t } = useTranslation("my-tickets");
  const [one] = back.tickets;
  if (one === undefined || isFree) return <p>{t("refund.free")}</p>;
  if (Number(back.total) === 0) return <p>{t("refund.nothing")}</p>;
  const kept = Number(one.kept) + Number(one.fee_kept);
  return (
    <dl className={classes.refund}>
      <dt>{t("refund.amount")}</dt>
      <dd>
        <Money amount={back.total} currency={back.currency} />
      </dd>
      {kept > 0 && (
        <>
          <dt>{t("refund.kept")}</dt>
          <dd>
            <Money amount={kept.toFixed(2)} currency={back.currency} />
          </dd>
        </>
      )}
    </dl>
  );
}

/** What became of the money of a cancelled ticket. */
export function RefundState({ ticket }: { ticket: TicketView }) {
  const { t } = useTranslation("my-tickets");
  const language = useLanguage();
  const { payment } = ticket;
  if (payment === null) return null;
  if (payment.status !== "refunded") return <Notice title={t("refund.done")} />;
  const amount = formatMoney(payment.refunded_amount, ticket.currency, language);
  return (
    <Notice tone="good" title={t("refund.done")}>
      {t("refund.completed", { amount })}
    </Notice>
  );
}
