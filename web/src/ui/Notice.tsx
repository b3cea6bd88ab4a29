import type { ReactNode } from "react";

import { AlertIcon, CheckIcon, InfoIcon } from "./icons";
import classes from "./Notice.module.css";

export type Tone = "info" | "good" | "caution" | "bad";

const ICONS = { info: InfoIcon, good: CheckIcon, caution: AlertIcon, bad: AlertIcon };

interface NoticeProps {
  tone?: Tone;
  title?: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  /** Read out at once, for what appears in answer to an action. */
  isAnnounced?: boolean;
}

/** A sentence that the reader must not miss. */
export function Notice({
  tone = "info",
  title,
  children,
  actions,
  isAnnounced = false,
}: NoticeProps) {
  const Icon = ICONS[tone];
  return (
    <div
      className={classes.notice}
      data-tone={tone}
      role={isAnnounced ? (tone === "bad" ? "alert" : "status") : undefined}
    >
      <Icon className={classes.icon} />
      <div>
        {title !== undefined && <p className={classes.title}>{title}</p>}
        {children !== undefined && <div>{children}</div>}
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </div>
    </div>
  );
}
