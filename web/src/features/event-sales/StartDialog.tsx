import { Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { EventAnswer } from "@/api/generated/events";
import {
  type EventPreview,
  getGetTicketsEventsByEventIdRefundsPreviewQueryKey,
  getGetTicketsEventsByEventIdRefundsQueryKey,
  usePostTicketsEventsByEventIdRefunds,
} from "@/api/generated/tickets";
import { formatMoney } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { EventRefundSums } from "@/orders/EventRefundSums";
import { ConfirmDialog } from "@/ui";

interface StartDialogProps {
  event: EventAnswer;
  preview: EventPreview;
  onClose: () => void;
  onStarted: () => void;
}

/** Asks for the reason, and for the amount to be confirmed, before every order is given back. */
export function StartDialog({ event, preview, onClose, onStarted }: StartDialogProps) {
  const { t } = useTranslation("event-sales");
  const { t: common } = useTranslation();
  const language = useLanguage();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const [isMissing, setIsMissing] = useState(false);
  const start = usePostTicketsEventsByEventIdRefunds({
    mutation: {
      onSuccess: (runs) => {
        queries.setQueryData(getGetTicketsEventsByEventIdRefundsQueryKey(event.id), runs);
        onStarted();
      },
      // Somebody bought or gave back meanwhile: what is confirmed has to be looked at again.
      onError: () =>
        queries.invalidateQueries({
          queryKey: getGetTicketsEventsByEventIdRefundsPreviewQueryKey(event.id),
        }),
    },
  });
  const confirm = () => {
    setIsMissing(reason.trim() === "");
    if (reason.trim() === "") return;
    const data = { reason: reason.trim(), confirm_total: preview.total };
    start.mutate({ eventId: event.id, data });
  };
  const amount = formatMoney(preview.total, preview.currency, language);
  return (
    <ConfirmDialog
      isOpen
      title={t("refunds.dialogTitle", { title: event.title })}
      confirm={
        Number(preview.total) > 0 ? t("refunds.confirm", { amount }) : t("refunds.confirmFree")
      }
      isBusy={start.isPending}
      error={start.error}
      onClose={onClose}
      onConfirm={confirm}
    >
      <EventRefundSums preview={preview} />
      <p>{t("refunds.final")}</p>
      <Textarea
        id="refund-reason"
        mt="md"
        required
        label={t("refunds.reason")}
        description={t("refunds.reasonHint")}
        maxLength={500}
        error={isMissing && common("form.required")}
        value={reason}
        onChange={(change) => setReason(change.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}
