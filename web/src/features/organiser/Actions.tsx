import { Button, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import {
  type EventAnswer,
  getGetEventsByEventIdQueryKey,
  getGetEventsQueryKey,
  useDeleteEventsByEventId,
  useGetEventsByEventIdStats,
  usePatchEventsByEventId,
  usePostEventsByEventIdDuplicate,
} from "@/api/generated/events";
import { paths } from "@/paths";
import { ConfirmDialog, ErrorState, LinkButton } from "@/ui";

import classes from "./Organiser.module.css";

/** What can be done with an event in its state. */
export function Actions({ event }: { event: EventAnswer }) {
  const { t } = useTranslation("organiser");
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [isCancelling, { open, close }] = useDisclosure(false);
  const refresh = () => queries.invalidateQueries({ queryKey: getGetEventsQueryKey() });
  const change = usePatchEventsByEventId({
    mutation: {
      onSuccess: (saved) => {
        queries.setQueryData(getGetEventsByEventIdQueryKey(event.id), saved);
        close();
        return refresh();
      },
    },
  });
  const duplicate = usePostEventsByEventIdDuplicate({
    mutation: {
      onSuccess: async (copy) => {
        await refresh();
        await navigate(paths.organiseEventPart(copy.id, "edit"));
      },
    },
  });
  const remove = useDeleteEventsByEventId({
    mutation: {
      onSuccess: async () => {
        await navigate(paths.organise());
        await refresh();
      },
    },
  });
  const isDraft = event.status === "draft";
  const isPublished = event.status === "published";
  const error = duplicate.error ?? remove.error ?? (isCancelling ? null : change.error);
  return (
    <>
      <div className={classes.actions}>
        {isDraft && (
          <Button
            loading={change.isPending}
            onClick={() => change.mutate({ eventId: event.id, data: { status: "published" } })}
          >
            {t("dashboard.publish")}
          </Button>
        )}
        {(isDraft || isPublished) && (
          <LinkButton variant="default" to={paths.organiseEventPart(event.id, "edit")}>
            {t("dashboard.edit")}
          </LinkButton>
        )}
        <LinkButton variant="default" to={paths.event(event.id)}>
          {t(isDraft ? "dashboard.preview" : "dashboard.see")}
        </LinkButton>
        {isPublished && (
          <LinkButton variant="default" to={paths.doorEvent(event.id)}>
            {t("dashboard.door")}
          </LinkButton>
        )}
        <Button
          variant="default"
          loading={duplicate.isPending}
          onClick={() => duplicate.mutate({ eventId: event.id, data: {} })}
        >
          {t("dashboard.duplicate")}
        </Button>
        {isDraft && (
          <Button
            variant="default"
            loading={remove.isPending}
            onClick={() => remove.mutate({ eventId: event.id })}
          >
            {t("dashboard.delete")}
          </Button>
        )}
        {isPublished && (
          <Button variant="default" onClick={open}>
            {t("dashboard.cancel")}
          </Button>
        )}
      </div>
      {error !== null && <ErrorState error={error} />}
      {isCancelling && (
        <Cancelling
          event={event}
          isBusy={change.isPending}
          error={change.error}
          onClose={close}
          onCancel={(cancel_reason) =>
            change.mutate({ eventId: event.id, data: { status: "cancelled", cancel_reason } })
          }
        />
      )}
    </>
  );
}

interface CancellingProps {
  event: EventAnswer;
  isBusy: boolean;
  error: unknown;
  onClose: () => void;
  onCancel: (reason: string | null) => void;
}

/** Says whom it will refund and tell before it does. */
function Cancelling({ event, isBusy, error, onClose, onCancel }: CancellingProps) {
  const { t } = useTranslation("organiser");
  const [reason, setReason] = useState("");
  const stats = useGetEventsByEventIdStats(event.id);
  return (
    <ConfirmDialog
      isOpen
      title={t("cancelling.title", { title: event.title })}
      confirm={t("cancelling.confirm")}
      isBusy={isBusy || stats.isPending}
      error={error ?? stats.error}
      onClose={onClose}
      onConfirm={() => stats.data && onCancel(reason.trim() || null)}
    >
      {stats.data && <p>{t("cancelling.explain", { count: stats.data.sold })}</p>}
      <Textarea
        id="cancel-reason"
        mt="md"
        label={t("cancelling.reason")}
        value={reason}
        onChange={(change) => setReason(change.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}
