import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import {
  getGetNotificationsInboxQueryKey,
  getGetNotificationsStreamUrl,
  useGetNotificationsInbox,
} from "@/api/generated/notifications";
import { followStream } from "@/api/stream";
import { paths } from "@/paths";
import { BellIcon } from "@/ui";

import classes from "./Layout.module.css";

/** The bell with the number of unread notifications, which follows them live. */
export function InboxBell() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const inbox = useGetNotificationsInbox({ limit: 1 });
  const unread = inbox.data?.unread ?? 0;
  useEffect(() => {
    const control = new AbortController();
    void followStream(getGetNotificationsStreamUrl(), control.signal, () => {
      void queries.invalidateQueries({ queryKey: getGetNotificationsInboxQueryKey() });
    });
    return () => control.abort();
  }, [queries]);
  return (
    <Link
      to={paths.myInbox()}
      className={classes.bell}
      aria-label={t("navigation.inbox", { count: unread })}
    >
      <BellIcon />
      {unread > 0 && <span className={classes.count}>{unread > 99 ? "99+" : unread}</span>}
    </Link>
  );
}
