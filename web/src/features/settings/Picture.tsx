import { Button, FileButton } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import {
  getGetUsersMeQueryKey,
  type ProfileAnswer,
  putUsersMePicture,
} from "@/api/generated/users";
import { ErrorState, Notice } from "@/ui";

import classes from "./Settings.module.css";

const SIDE_PIXELS = 512;

class Unreadable extends Error {}

/** One's picture: cut to a square here, checked and drawn anew by the server. */
export function Picture({ profile }: { profile: ProfileAnswer }) {
  const { t } = useTranslation("settings");
  const queries = useQueryClient();
  const upload = useMutation({
    mutationFn: async (file: File) => putUsersMePicture({ picture: await squareOf(file) }),
    onSuccess: (saved) => queries.setQueryData(getGetUsersMeQueryKey(), saved),
  });
  return (
    <div className={classes.form}>
      <div className={classes.picture}>
        {profile.profile_picture ? (
          <img src={profile.profile_picture} alt={t("picture.alt")} width={96} height={96} />
        ) : (
          <span className={classes.hint}>{t("picture.none")}</span>
        )}
        <div>
          <FileButton
            accept="image/jpeg,image/png,image/webp"
            onChange={(file) => file && upload.mutate(file)}
          >
            {(props) => (
              <Button {...props} variant="default" loading={upload.isPending}>
                {t("picture.choose")}
              </Button>
            )}
          </FileButton>
          <p className={classes.hint}>{t("picture.hint")}</p>
        </div>
      </div>
      {upload.error instanceof Unreadable ? (
        <Notice tone="bad" isAnnounced title={t("picture.unreadable")} />
      ) : (
        upload.isError && <ErrorState error={upload.error} />
      )}
    </div>
  );
}

/** The middle of a picture as a square JPEG, small enough to send; throws `Unreadable`. */
async function squareOf(file: File): Promise<Blob> {
  const picture = await createImageBitmap(file).catch(() => {
    throw new Unreadable();
  });
  const side = Math.min(picture.width, picture.height);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE_PIXELS;
  const left = (picture.width - side) / 2;
  const top = (picture.height - side) / 2;
  canvas
    .getContext("2d")
    ?.drawImage(picture, left, top, side, side, 0, 0, SIDE_PIXELS, SIDE_PIXELS);
  const drawn = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.9));
  if (drawn === null) throw new Unreadable();
  return drawn;
}
