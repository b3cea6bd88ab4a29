import { Button, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { usePostTicketsOrdersByCodeGoodwill } from "@/api/generated/tickets";
import { newIdempotencyKey, under } from "@/api/request";
import classes from "@/features/admin/frame/Admin.module.css";
import { formatMoney } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { ConfirmDialog, Notice } from "@/ui";

interface GoodwillProps {
  code: string;
  currency: string;
}

/** Gives an amount back without taking a ticket, once it has been said aloud. */
export function Goodwill({ code, currency }: GoodwillProps) {
  const { t } = useTranslation("admin");
  const language = useLanguage();
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const [isAsking, setIsAsking] = useState(false);
  const [key, setKey] = useState(newIdempotencyKey);
  const amount = typed.trim().replace(",", ".");
  const give = usePostTicketsOrdersByCodeGoodwill({
    mutation: {
      onSuccess: async () => {
        await queries.invalidateQueries();
        setTyped("");
        setReason("");
        setKey(newIdempotencyKey());
        setIsAsking(false);
      },
    },
    request: under(key),
  });
  const money = Number(amount) > 0 ? formatMoney(amount, currency, language) : "";
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        give.reset();
        setIsAsking(true);
      }}
    >
      <p className={classes.hint}>{t("order.goodwillHint")}</p>
      {give.isSuccess && <Notice tone="good" isAnnounced title={t("order.done")} />}
      <TextInput
        id="goodwill-amount"
        inputMode="decimal"
        label={t("order.amount")}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <TextInput
        id="goodwill-reason"
        label={t("order.reason")}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={money === "" || reason.trim() === ""}>
        {t("order.goodwill")}
      </Button>
      {isAsking && (
        <ConfirmDialog
          isOpen
          title={t("order.goodwillAsk", { amount: money })}
          confirm={t("order.goodwillConfirm", { amount: money })}
          isBusy={give.isPending}
          error={give.error}
          onClose={() => setIsAsking(false)}
          onConfirm={() => give.mutate({ code, data: { amount, reason: reason.trim() } })}
        >
          <p>{t("order.goodwillExplain")}</p>
        </ConfirmDialog>
      )}
    </form>
  );
}
