import { TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import {
  type OrderView,
  postTicketsOrdersByCodeRefund,
  type RefundPreview,
  type RefundView,
  type TicketView,
  useGetTicketsOrdersByCodeRefund,
} from "@/api/generated/tickets";
import type { ApiProblem } from "@/api/problem";
import { newIdempotencyKey, under } from "@/api/request";
import { formatMoney } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { type Column, ConfirmDialog, DataTable, LoadingLines, Money, Notice } from "@/ui";

import classes from "./Orders.module.css";
import { keptOf } from "./refunds";

interface RefundDialogProps {
  order: OrderView;
  tickets: readonly TicketView[];
  onClose: () => void;
  onGiven: (refund: RefundView) => void;
}

/** Says what goes back for each ticket, whom it tells and what it ends, before it does. */
export function RefundDialog({ order, tickets, onClose, onGiven }: RefundDialogProps) {
  const { t } = useTranslation("orders");
  const language = useLanguage();
  const [reason, setReason] = useState("");
  const [key] = useState(newIdempotencyKey);
  const ids = tickets.map(({ id }) => id);
  const preview = useGetTicketsOrdersByCodeRefund(
    order.code,
    { ticket_ids: ids.join(",") },
    { query: { staleTime: 0, gcTime: 0 } },
  );
  const refund = useMutation<RefundView, ApiProblem>({
    mutationFn: () =>
      postTicketsOrdersByCodeRefund(
        order.code,
        { ticket_ids: ids, reason: reason.trim() || null },
        undefined,
        under(key),
      ),
    onSuccess: onGiven,
  });
  const count = tickets.length;
  const back = preview.data;
  const confirm =
    back === undefined || Number(back.total) > 0
      ? t("refund.confirm", {
          count,
          amount: back === undefined ? "…" : formatMoney(back.total, back.currency, language),
        })
      : t("refund.confirmFree", { count });
  return (
    <ConfirmDialog
      isOpen
      title={t("refund.title", { count })}
      confirm={confirm}
      isBusy={preview.isPending || refund.isPending}
      error={preview.error ?? refund.error}
      onClose={onClose}
      isImpossible={back?.refundable === false}
      onConfirm={() => refund.mutate()}
    >
      <p>{t("refund.explain", { count, email: order.buyer_email })}</p>
      {preview.isPending && <LoadingLines lines={count + 1} />}
      {back && !back.refundable && <Notice tone="caution" title={back.message} />}
      {back && <Amounts back={back} tickets={tickets} />}
      <TextInput
        id="refund-reason"
        mt="md"
        label={t("refund.reason")}
        description={t("refund.reasonHint")}
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}

function Amounts({ back, tickets }: { back: RefundPreview; tickets: readonly TicketView[] }) {
  const { t } = useTranslation("orders");
  const { currency } = back;
  const rows = tickets.flatMap((ticket) => {
    const one = back.tickets.find(({ id }) => id === ticket.id);
    return one === undefined ? [] : [{ ticket, back: one.refund, kept: keptOf(ticket, one) }];
  });
  const money = (amount: string) => <Money amount={amount} currency={currency} />;
  const isAllBack = rows.every(({ kept }) => Number(kept) === 0);
  const keptColumn: Column<(typeof rows)[number]> = {
    key: "kept",
    title: t("refund.kept"),
    isNumeric: true,
    render: ({ kept }) => money(kept),
  };
  return (
    <div className={classes.amounts}>
      <DataTable
        hasCards
        caption={t("refund.total")}
        rows={rows}
        rowKey={({ ticket }) => ticket.id}
        columns={[
          {
            key: "ticket",
            title: t("refund.ticket"),
            isRowHeader: true,
            render: ({ ticket }) => ticket.ticket_number,
          },
          {
            key: "paid",
            title: t("refund.paid"),
            isNumeric: true,
            render: ({ ticket }) => money(ticket.total),
          },
          ...(isAllBack ? [] : [keptColumn]),
          {
            key: "back",
            title: t("refund.back"),
            isNumeric: true,
            render: (row) => money(row.back),
          },
        ]}
      />
      <dl className={classes.total}>
        <dt>{t("refund.total")}</dt>
        <dd>{money(back.total)}</dd>
      </dl>
      {isAllBack && Number(back.total) > 0 && (
        <p className={classes.hint}>{t("refund.nothingKept")}</p>
      )}
    </div>
  );
}
