import { Button, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import {
  type OrderView,
  postTicketsOrdersByCodeRefundsByRefundIdRetry,
  postTicketsOrdersByCodeRefundsByRefundIdSettle,
  type RefundStateView,
} from "@/api/generated/tickets";
import { newIdempotencyKey, under } from "@/api/request";
import { formatMoney } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { ConfirmDialog, Notice } from "@/ui";

import classes from "./Orders.module.css";
import { needsSomebody } from "./refunds";

const WHYS = [
  "expired_or_canceled_card",
  "lost_or_stolen_card",
  "insufficient_funds",
  "declined",
] as const;

/** What the bank has returned or the provider refuses, and the ways to pay it after all. */
export function ReturnedRefunds({ order }: { order: OrderView }) {
  const owed = order.refunds.filter(needsSomebody);
  if (owed.length === 0) return null;
  return (
    <div className={classes.notices}>
      {owed.map((refund) => {
        const Shown = refund.is_refused ? Refused : Returned;
        return <Shown key={refund.id} order={order} refund={refund} />;
      })}
    </div>
  );
}

/** It is tried on by itself, so paying otherwise is all that a person can do here. */
function Refused({ order, refund }: ReturnedProps) {
  const { t } = useTranslation("orders");
  const amount = formatMoney(refund.amount, order.currency, useLanguage());
  return (
    <Notice
      tone="bad"
      title={t("returned.refused", { amount })}
      actions={<Settle order={order} refund={refund} amount={amount} />}
    >
      {t("returned.refusedExplain")}
    </Notice>
  );
}

interface ReturnedProps {
  order: OrderView;
  refund: RefundStateView;
}

function Returned({ order, refund }: ReturnedProps) {
  const { t } = useTranslation("orders");
  const language = useLanguage();
  const amount = formatMoney(refund.amount, order.currency, language);
  const why = WHYS.find((known) => known === refund.failure_reason) ?? "other";
  return (
    <Notice
      tone="bad"
      title={t("returned.title", { amount })}
      actions={
        <div className={classes.ways}>
          <Retry order={order} refund={refund} amount={amount} />
          <Settle order={order} refund={refund} amount={amount} />
        </div>
      }
    >
      {t(`returned.whys.${why}`)} {t("returned.owed")}
    </Notice>
  );
}

interface WayProps extends ReturnedProps {
  amount: string;
}

function Retry({ order, refund, amount }: WayProps) {
  const { t } = useTranslation("orders");
  const [key] = useState(newIdempotencyKey);
  return (
    <Way
      label={t("returned.retry")}
      title={t("returned.retryTitle", { amount })}
      confirm={t("returned.retryConfirm", { amount })}
      act={() => postTicketsOrdersByCodeRefundsByRefundIdRetry(order.code, refund.id, under(key))}
    >
      <p>{t("returned.retryExplain")}</p>
    </Way>
  );
}

function Settle({ order, refund, amount }: WayProps) {
  const { t } = useTranslation("orders");
  const [reason, setReason] = useState("");
  const said = reason.trim();
  return (
    <Way
      label={t("returned.settle")}
      title={t("returned.settleTitle", { amount })}
      confirm={t("returned.settleConfirm", { amount })}
      isImpossible={said === ""}
      act={() =>
        postTicketsOrdersByCodeRefundsByRefundIdSettle(order.code, refund.id, { reason: said })
      }
    >
      <p>{t("returned.settleExplain")}</p>
      <TextInput
        id={`settle-${refund.id}`}
        mt="md"
        label={t("returned.how")}
        description={t("returned.howHint")}
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Way>
  );
}

interface Acting {
  label: string;
  title: string;
  confirm: string;
  children: ReactNode;
  isImpossible?: boolean;
  act: () => Promise<unknown>;
}

/** A button that asks first, then does it and has every list and figure asked anew. */
function Way({ label, children, act, ...dialog }: Acting) {
  const queries = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const acting = useMutation({
    mutationFn: act,
    onSuccess: async () => {
      setIsAsking(false);
      await queries.invalidateQueries();
    },
  });
  return (
    <>
      <Button size="sm" variant="default" onClick={() => setIsAsking(true)}>
        {label}
      </Button>
      {isAsking && (
        <ConfirmDialog
          isOpen
          isBusy={acting.isPending}
          error={acting.error}
          onClose={() => {
            acting.reset();
            setIsAsking(false);
          }}
          onConfirm={() => acting.mutate()}
          {...dialog}
        >
          {children}
        </ConfirmDialog>
      )}
    </>
  );
}
