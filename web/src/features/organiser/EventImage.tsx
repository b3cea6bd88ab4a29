import { Button, FileButton } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import {
  type EventAnswer,
  getGetEventsByEventIdQueryKey,
  useDeleteEventsByEventIdImage,
  usePutEventsByEventIdImage,
} from "@/api/generated/events";
import { ErrorState, Notice, Poster } from "@/ui";

import classes from "./Organiser.module.css";

const CropDialog = lazy(() => import("./CropDialog"));

/** The event's picture: chosen, cut to the shape of the pages, kept by the server in its sizes. */
export function EventImage({ event }: { event: EventAnswer }) {
  const { t } = useTranslation("organiser");
  const [file, setFile] = useState<File | null>(null);
  const forget = useRef<() => void>(null);
  const keep = useKept(event.id);
  const upload = usePutEventsByEventIdImage({
    mutation: {
      onSuccess: (saved) => {
        keep(saved);
        setFile(null);
      },
    },
  });
  const remove = useDeleteEventsByEventIdImage({ mutation: { onSuccess: keep } });
  const choose = (chosen: File | null) => {
    // Else the same file could not be chosen a second time.
    forget.current?.();
    upload.reset();
    remove.reset();
    setFile(chosen);
  };
  return (
    <div className={classes.fields}>
      <div className={classes.picture}>
        <Poster image={event.image} seed={event.id} sizes="480px" />
      </div>
      {event.image === null && <p className={classes.hint}>{t("image.none")}</p>}
      {remove.isError && <ErrorState error={remove.error} />}
      {upload.isSuccess && <Notice tone="good" isAnnounced title={t("image.saved")} />}
      <div className={classes.imageActions}>
        <FileButton
          accept="image/jpeg,image/png,image/webp"
          resetRef={forget}
          inputProps={{ "aria-label": t("image.choose") }}
          onChange={choose}
        >
          {(props) => (
            <Button {...props} variant="default">
              {t(event.image === null ? "image.choose" : "image.change")}
            </Button>
          )}
        </FileButton>
        {event.image !== null && (
          <Button
            variant="subtle"
            loading={remove.isPending}
            onClick={() => remove.mutate({ eventId: event.id })}
          >
            {t("image.remove")}
          </Button>
        )}
      </div>
      <p className={classes.hint}>{t("image.hint")}</p>
      {file !== null && (
        <Suspense>
          <CropDialog
            file={file}
            isBusy={upload.isPending}
            error={upload.error}
            onClose={() => setFile(null)}
            onCut={(image) => upload.mutate({ eventId: event.id, data: { image } })}
          />
        </Suspense>
      )}
    </div>
  );
}

/** Keeps what the server answered, with its new version, for the form and every other page. */
function useKept(eventId: number) {
  const queries = useQueryClient();
  return (saved: EventAnswer) => {
    queries.setQueryData(getGetEventsByEventIdQueryKey(eventId), saved);
  };
}
