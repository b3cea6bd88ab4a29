import { useTranslation } from "react-i18next";

import type { EventAnswer } from "@/api/generated/events";
import { useGetTicketsEventsByEventIdMessagesRecipients } from "@/api/generated/tickets";
import { ConfirmDialog, DateTime, LoadingLines } from "@/ui";

interface RescheduleDialogProps {
  event: EventAnswer;
  /** When it begins from now on, and on which clock. */
  startsAt: string;
  timeZone: string;
  isBusy: boolean;
  onClose: () => void;
  onConfirm: () => void;
}

/** Says who will be told that an event moves before it does. */
export function RescheduleDialog(props: RescheduleDialogProps) {
  const { event, startsAt, timeZone, ...rest } = props;
  const { t } = useTranslation("organiser");
  const reach = useGetTicketsEventsByEventIdMessagesRecipients(event.id, undefined, {
    query: { staleTime: 0 },
  });
  const count = reach.data?.recipients ?? 0;
  return (
    <ConfirmDialog
      isOpen
      title={t("moving.title", { title: event.title })}
      confirm={count > 0 ? t("moving.confirm", { count }) : t("moving.confirmNobody")}
      error={reach.error}
      {...rest}
      isBusy={props.isBusy || reach.isPending}
    >
      <dl style={{ margin: "0 0 var(--s3)" }}>
        <dt style={{ color: "var(--ink-quiet)" }}>{t("moving.before")}</dt>
        <dd style={{ margin: "0 0 var(--s2)" }}>
          <DateTime instant={event.date} timeZone={event.time_zone} namesZone />
        </dd>
        <dt style={{ color: "var(--ink-quiet)" }}>{t("moving.after")}</dt>
        <dd style={{ margin: 0, fontWeight: 600 }}>
          <DateTime instant={startsAt} timeZone={timeZone} namesZone />
        </dd>
      </dl>
      {reach.isPending ? <LoadingLines lines={1} /> : <p>{t("moving.explain", { count })}</p>}
    </ConfirmDialog>
  );
}
