import { Button, Checkbox, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import {
  type PurchaseView,
  type TicketView,
  useGetTicketsOrdersByCodeRefund,
  usePostTicketsOrdersByCodeRefund,
} from "@/api/generated/tickets";
import { newIdempotencyKey, under } from "@/api/request";
import { Tag } from "@/features/admin/frame/bits";
import { formatMoney } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { type Column, ConfirmDialog, DataTable, Empty, Money, Notice } from "@/ui";

import { TICKET_TONES } from "./tones";

interface RefundProps {
  code: string;
  tickets: PurchaseView["tickets"];
  currency: string;
  /** Told the amount, as a reader writes it, once it is on its way. */
  onDone: (amount: string) => void;
}

/** Choose tickets, see what would go back, and only then give it back. */
export function Refund({ code, tickets, currency, onDone }: RefundProps) {
  const { t } = useTranslation("admin");
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const [isAsking, setIsAsking] = useState(false);
  const toggle = (id: number) =>
    setChosen(chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id]);
  return (
    <>
      <DataTable
        caption={t("order.tickets")}
        rows={tickets}
        rowKey={(ticket) => ticket.id}
        empty={<Empty title={t("order.none")} />}
        columns={useColumns(chosen, toggle)}
        hasCards
      />
      {tickets.length > 0 && (
        <Button
          mt="md"
          variant="default"
          disabled={chosen.length === 0}
          onClick={() => setIsAsking(true)}
        >
          {t("order.refund")}
        </Button>
      )}
      {isAsking && (
        <RefundDialog
          code={code}
          ticketIds={chosen}
          currency={currency}
          onClose={() => setIsAsking(false)}
          onDone={(amount) => {
            setIsAsking(false);
            setChosen([]);
            onDone(amount);
          }}
        />
      )}
    </>
  );
}

function useColumns(chosen: readonly number[], toggle: (id: number) => void): Column<TicketView>[] {
  const { t } = useTranslation("admin");
  return [
    {
      key: "choose",
      title: t("order.choose"),
      render: (ticket) => (
        <Checkbox
          id={`ticket-${ticket.id}`}
          aria-label={ticket.ticket_number}
          disabled={ticket.status === "cancelled"}
          checked={chosen.includes(ticket.id)}
          onChange={() => toggle(ticket.id)}
        />
      ),
    },
    {
      key: "number",
      title: t("order.ticket"),
      isRowHeader: true,
      render: (ticket) => ticket.ticket_number,
    },
    { key: "type", title: t("order.type"), render: (ticket) => ticket.ticket_type },
    {
      key: "status",
      title: t("order.status"),
      render: ({ status }) => (
        <Tag tone={TICKET_TONES[status]}>{t(`order.statuses.${status}`)}</Tag>
      ),
    },
    {
      key: "price",
      title: t("order.price"),
      isNumeric: true,
      render: ({ total, currency }) => <Money amount={total} currency={currency} />,
    },
  ];
}

interface RefundDialogProps {
  code: string;
  ticketIds: readonly number[];
  currency: string;
  onClose: () => void;
  onDone: (amount: string) => void;
}

function RefundDialog({ code, ticketIds, currency, onClose, onDone }: RefundDialogProps) {
  const { t } = useTranslation("admin");
  const language = useLanguage();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const [key] = useState(newIdempotencyKey);
  const preview = useGetTicketsOrdersByCodeRefund(code, { ticket_ids: ticketIds.join(",") });
  const amount = formatMoney(preview.data?.total ?? "0", currency, language);
  const refund = usePostTicketsOrdersByCodeRefund({
    mutation: {
      onSuccess: async () => {
        await queries.invalidateQueries();
        onDone(amount);
      },
    },
    request: under(key),
  });
  const data = { ticket_ids: [...ticketIds], reason: reason.trim() || null };
  return (
    <ConfirmDialog
      isOpen
      title={t("order.refundTitle")}
      confirm={t("order.refundConfirm", { amount })}
      isBusy={preview.isPending || refund.isPending}
      isImpossible={!preview.data?.refundable}
      error={preview.error ?? refund.error}
      onClose={onClose}
      onConfirm={() => refund.mutate({ code, data })}
    >
      <p>{t("order.refundExplain", { count: ticketIds.length })}</p>
      {preview.data && !preview.data.refundable && (
        <Notice tone="caution" title={preview.data.message} />
      )}
      <TextInput
        id="refund-reason"
        mt="md"
        label={t("order.reason")}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}
