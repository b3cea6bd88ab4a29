import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { usePostAuthEmailResend } from "@/api/generated/auth";
import { updateUser } from "@/api/session";
import { useUser } from "@/api/useSession";
import { ErrorState, Notice } from "@/ui";

import classes from "./Settings.module.css";

/** Says that the address has not been confirmed yet, and sends the link again. */
export function VerifyAddress() {
  const { t } = useTranslation("settings");
  const user = useUser();
  const resend = usePostAuthEmailResend();
  if (user === null || user.email_verified) return null;
  const { email } = user;
  return (
    <div className={`${classes.form} ${classes.address}`}>
      {resend.isError && <ErrorState error={resend.error} />}
      {resend.isSuccess ? (
        <Notice tone="good" isAnnounced title={t("verify.sent", { email })} />
      ) : (
        <Notice tone="caution" title={t("verify.title")}>
          {t("verify.why", { email })}
        </Notice>
      )}
      <Button
        variant="default"
        loading={resend.isPending}
        onClick={() =>
          // Confirmed on another device meanwhile: the answer says so, and nothing is sent.
          resend.mutate(undefined, { onSuccess: (answer) => updateUser(answer.user) })
        }
      >
        {t("verify.resend")}
      </Button>
    </div>
  );
}
