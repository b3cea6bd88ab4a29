import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import {
  type EventAnswer,
  getGetEventsByEventIdQueryKey,
  getGetEventsQueryKey,
  useDeleteEventsByEventId,
  usePatchEventsByEventId,
  usePostEventsByEventIdDuplicate,
} from "@/api/generated/events";
import { paths } from "@/paths";
import { ConfirmDialog, ErrorState, LinkButton } from "@/ui";

import { CancelDialog } from "./CancelDialog";
import classes from "./Organiser.module.css";

/** What can be done with an event in its state. */
export function Actions({ event }: { event: EventAnswer }) {
  const { t } = useTranslation("organiser");
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [isCancelling, { open, close }] = useDisclosure(false);
  const [isDeleting, deleting] = useDisclosure(false);
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
  const refunds = paths.organiseEventPart(event.id, "refunds");
  const isDraft = event.status === "draft";
  const isPublished = event.status === "published";
  const error = duplicate.error ?? (isCancelling ? null : change.error);
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
          <Button variant="default" onClick={deleting.open}>
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
      {isDeleting && (
        <ConfirmDialog
          isOpen
          title={t("deleting.title", { title: event.title })}
          confirm={t("deleting.confirm")}
          isBusy={remove.isPending}
          error={remove.error}
          onClose={deleting.close}
          onConfirm={() => remove.mutate({ eventId: event.id })}
        >
          <p>{t("deleting.explain")}</p>
        </ConfirmDialog>
      )}
      {isCancelling && (
        <CancelDialog
          event={event}
          isBusy={change.isPending}
          error={change.error}
          onClose={close}
          onCancel={(cancel_reason, { orders }) =>
            change.mutate(
              { eventId: event.id, data: { status: "cancelled", cancel_reason } },
              { onSuccess: () => orders > 0 && void navigate(refunds) },
            )
          }
        />
      )}
    </>
  );
}
