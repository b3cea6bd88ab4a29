import { Button, Checkbox, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";

import {
  getGetTicketsOrdersByCodeQueryKey,
  type PurchaseView,
  useGetTicketsOrdersByCode,
  useGetTicketsOrdersByCodeRefund,
  usePostTicketsOrdersByCodeGoodwill,
  usePostTicketsOrdersByCodeRefund,
} from "@/api/generated/tickets";
import { newIdempotencyKey } from "@/api/request";
import { formatMoney } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import {
  ConfirmDialog,
  DataTable,
  Empty,
  ErrorState,
  LoadingLines,
  Money,
  Notice,
  Section,
} from "@/ui";

import classes from "./Admin.module.css";
import { AdminPage } from "./AdminPage";

/** One order, with what an administrator may give back of it. */
export function Component() {
  const code = useParams().code ?? "";
  const bought = useGetTicketsOrdersByCode(code);
  return (
    <AdminPage title={code}>
      {bought.isPending && <LoadingLines lines={5} height={48} />}
      {bought.isError && <ErrorState error={bought.error} retry={() => void bought.refetch()} />}
      {bought.data && <Order bought={bought.data} />}
    </AdminPage>
  );
}

function Order({ bought: { order, tickets } }: { bought: PurchaseView }) {
  const { t } = useTranslation("admin");
  return (
    <>
      <p>
        {order.event.title} · {order.buyer_name} ({order.buyer_email}) · {t("order.total")}{" "}
        <Money amount={order.total} currency={order.currency} />
      </p>
      <Section title={t("order.tickets")}>
        <Refund code={order.code} tickets={tickets} currency={order.currency} />
      </Section>
      {order.payment !== null && (
        <Section title={t("order.goodwillTitle")}>
          <Goodwill code={order.code} />
        </Section>
      )}
    </>
  );
}

interface RefundProps {
  code: string;
  tickets: PurchaseView["tickets"];
  currency: string;
}

/** Choose tickets, see what would go back, and only then give it back. */
function Refund({ code, tickets, currency }: RefundProps) {
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
        columns={[
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
            render: ({ status }) => t(`order.statuses.${status}`),
          },
        ]}
      />
      <Button
        mt="md"
        variant="default"
        disabled={chosen.length === 0}
        onClick={() => setIsAsking(true)}
      >
        {t("order.refund")}
      </Button>
      {isAsking && (
        <RefundDialog
          code={code}
          ticketIds={chosen}
          currency={currency}
          onClose={() => {
            setIsAsking(false);
            setChosen([]);
          }}
        />
      )}
    </>
  );
}

interface RefundDialogProps {
  code: string;
  ticketIds: readonly number[];
  currency: string;
  onClose: () => void;
}

function RefundDialog({ code, ticketIds, currency, onClose }: RefundDialogProps) {
  const { t } = useTranslation("admin");
  const language = useLanguage();
  const refresh = useRefresh(code);
  const [reason, setReason] = useState("");
  const [key] = useState(newIdempotencyKey);
  const preview = useGetTicketsOrdersByCodeRefund(code, { ticket_ids: ticketIds.join(",") });
  const refund = usePostTicketsOrdersByCodeRefund({
    mutation: { onSuccess: () => refresh().then(onClose) },
    request: { headers: { "Idempotency-Key": key } },
  });
  const amount = formatMoney(preview.data?.total ?? "0", currency, language);
  const data = { ticket_ids: [...ticketIds], reason: reason.trim() || null };
  return (
    <ConfirmDialog
      isOpen
      title={t("order.refundTitle")}
      confirm={t("order.refundConfirm", { amount })}
      isBusy={preview.isPending || refund.isPending}
      error={preview.error ?? refund.error}
      onClose={onClose}
      onConfirm={() => preview.data?.refundable && refund.mutate({ code, data })}
    >
      <p>{t("order.refundExplain")}</p>
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

function Goodwill({ code }: { code: string }) {
  const { t } = useTranslation("admin");
  const refresh = useRefresh(code);
  const [amount, setAmount] = useState("");
  const [reason, setReason] = useState("");
  const [key, setKey] = useState(newIdempotencyKey);
  const give = usePostTicketsOrdersByCodeGoodwill({
    mutation: {
      onSuccess: () => {
        setAmount("");
        setReason("");
        setKey(newIdempotencyKey());
        return refresh();
      },
    },
    request: { headers: { "Idempotency-Key": key } },
  });
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        give.mutate({ code, data: { amount: amount.trim().replace(",", "."), reason } });
      }}
    >
      <p className={classes.hint}>{t("order.goodwillHint")}</p>
      {give.isError && <ErrorState error={give.error} />}
      {give.isSuccess && <Notice tone="good" isAnnounced title={t("order.done")} />}
      <TextInput
        id="goodwill-amount"
        inputMode="decimal"
        label={t("order.amount")}
        value={amount}
        onChange={(event) => setAmount(event.currentTarget.value)}
      />
      <TextInput
        id="goodwill-reason"
        label={t("order.reason")}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Button
        type="submit"
        variant="default"
        disabled={amount.trim() === "" || reason.trim() === ""}
        loading={give.isPending}
      >
        {t("order.goodwill")}
      </Button>
    </form>
  );
}

function useRefresh(code: string): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: getGetTicketsOrdersByCodeQueryKey(code) });
}
