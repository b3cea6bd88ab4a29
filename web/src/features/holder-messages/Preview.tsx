import { useTranslation } from "react-i18next";

import type { EventAnswer } from "@/api/generated/events";
import type { MessageAsked } from "@/api/generated/tickets";
import { ConfirmDialog, DateTime } from "@/ui";

import classes from "./HolderMessages.module.css";

interface PreviewProps {
  event: EventAnswer;
  asked: MessageAsked;
  recipients: number;
  isBusy: boolean;
  error: unknown;
  onClose: () => void;
  onSend: () => void;
}

/** The mail as its readers will see it, before it is sent. */
export function Preview({ event, asked, recipients, onSend, ...rest }: PreviewProps) {
  const { t } = useTranslation("holder-messages");
  return (
    <ConfirmDialog
      isOpen
      title={t("preview.title")}
      confirm={t("preview.send", { count: recipients })}
      onConfirm={onSend}
      {...rest}
    >
      <div className={classes.mail}>
        <p className={classes.quiet}>
          {t("preview.subject")} : {event.title} : {asked.subject}
        </p>
        <p className={classes.topic}>{asked.subject}</p>
        <p>{t("preview.hello")}</p>
        <p>{t("preview.intro", { title: event.title })}</p>
        <p className={classes.body}>{asked.body}</p>
        <p className={classes.when}>
          <strong>{event.title}</strong>
          <br />
          <DateTime instant={event.date} timeZone={event.time_zone} />
          <br />
          {event.location}
        </p>
        <p className={classes.button}>{t("preview.button")}</p>
      </div>
      <p>{t("preview.explain", { count: recipients })}</p>
    </ConfirmDialog>
  );
}
