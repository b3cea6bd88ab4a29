import { Button, FileButton } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import {
  type EventAnswer,
  getGetEventsByEventIdQueryKey,
  usePutEventsByEventIdImage,
} from "@/api/generated/events";
import { ErrorState } from "@/ui";

import classes from "./Organiser.module.css";

/** The event's picture: checked, turned and resized by the server. */
export function EventImage({ event }: { event: EventAnswer }) {
  const { t } = useTranslation("organiser");
  const queries = useQueryClient();
  const upload = usePutEventsByEventIdImage({
    mutation: {
      onSuccess: (saved) => queries.setQueryData(getGetEventsByEventIdQueryKey(event.id), saved),
    },
  });
  return (
    <div>
      {event.image && <img className={classes.picture} src={event.image} alt={t("image.alt")} />}
      {upload.isError && <ErrorState error={upload.error} />}
      <FileButton
        accept="image/jpeg,image/png,image/webp"
        onChange={(image) => image && upload.mutate({ eventId: event.id, data: { image } })}
      >
        {(props) => (
          <Button {...props} variant="default" loading={upload.isPending}>
            {t("image.choose")}
          </Button>
        )}
      </FileButton>
      <p className={classes.hint}>{t("image.hint")}</p>
    </div>
  );
}
