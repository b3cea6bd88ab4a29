import { Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { EventAnswer } from "@/api/generated/events";
import {
  type EventPreview,
  useGetTicketsEventsByEventIdRefundsPreview,
} from "@/api/generated/tickets";
import { formatMoney } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { EventRefundSums } from "@/orders/EventRefundSums";
import { ConfirmDialog, LoadingLines } from "@/ui";

interface CancelDialogProps {
  event: EventAnswer;
  isBusy: boolean;
  error: unknown;
  onClose: () => void;
  onCancel: (reason: string | null, preview: EventPreview) => void;
}

/** Says what a cancellation refunds and whom it tells before it does. */
export function CancelDialog({ event, isBusy, error, onClose, onCancel }: CancelDialogProps) {
  const { t } = useTranslation("organiser");
  const [reason, setReason] = useState("");
  const preview = useGetTicketsEventsByEventIdRefundsPreview(event.id, {
    query: { staleTime: 0, gcTime: 0 },
  });
  const confirm = useConfirm(preview.data);
  return (
    <ConfirmDialog
      isOpen
      title={t("cancelling.title", { title: event.title })}
      confirm={confirm}
      isBusy={isBusy || preview.isPending}
      error={error ?? preview.error}
      onClose={onClose}
      onConfirm={() => preview.data && onCancel(reason.trim() || null, preview.data)}
    >
      {preview.isPending && <LoadingLines lines={4} />}
      {preview.data && <EventRefundSums preview={preview.data} />}
      <p>{t("cancelling.final")}</p>
      <Textarea
        id="cancel-reason"
        mt="md"
        label={t("cancelling.reason")}
        description={t("cancelling.reasonHint")}
        value={reason}
        onChange={(change) => setReason(change.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}

/** What the button says that it does. */
function useConfirm(preview: EventPreview | undefined): string {
  const { t } = useTranslation("organiser");
  const language = useLanguage();
  if (preview === undefined || preview.orders === 0) return t("cancelling.confirm");
  if (Number(preview.total) === 0) return t("cancelling.confirmFree", { count: preview.buyers });
  const amount = formatMoney(preview.total, preview.currency, language);
  return t("cancelling.confirmRefund", { amount });
}
