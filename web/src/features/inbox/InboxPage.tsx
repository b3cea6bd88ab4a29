import { Button, Group } from "@mantine/core";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import {
  getGetNotificationsInboxQueryKey,
  getNotificationsInbox,
  type Notice as InboxNotice,
  usePostNotificationsInboxByNoticeIdRead,
  usePostNotificationsInboxRead,
} from "@/api/generated/notifications";
import { paths } from "@/paths";
import { DateTime, Empty, ErrorState, LoadingLines, Page, PageHeader } from "@/ui";

import classes from "./Inbox.module.css";

/** One's inbox, newest first; what arrives meanwhile appears by itself. */
export function Component() {
  const { t } = useTranslation("inbox");
  const queries = useQueryClient();
  const inbox = useInfiniteQuery({
    queryKey: [...getGetNotificationsInboxQueryKey(), "pages"],
    queryFn: ({ pageParam }) => getNotificationsInbox({ cursor: pageParam }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
  const refresh = () => queries.invalidateQueries({ queryKey: getGetNotificationsInboxQueryKey() });
  const readAll = usePostNotificationsInboxRead({ mutation: { onSuccess: refresh } });
  const notices = inbox.data?.pages.flatMap((page) => page.data) ?? [];
  const unread = inbox.data?.pages[0]?.unread ?? 0;
  return (
    <Page title={t("title")} width="text">
      <PageHeader
        title={t("title")}
        lead={t("lead")}
        actions={
          unread > 0 && (
            <Button variant="default" loading={readAll.isPending} onClick={() => readAll.mutate()}>
              {t("readAll")}
            </Button>
          )
        }
      />
      {inbox.isPending && <LoadingLines lines={5} height={72} />}
      {inbox.isError && <ErrorState error={inbox.error} retry={() => void inbox.refetch()} />}
      {inbox.data && notices.length === 0 && <Empty title={t("empty")} />}
      <ul className={classes.list}>
        {notices.map((notice) => (
          <Line key={notice.id} notice={notice} onRead={refresh} />
        ))}
      </ul>
      <Group mt="lg">
        {inbox.hasNextPage && (
          <Button
            variant="default"
            loading={inbox.isFetchingNextPage}
            onClick={() => void inbox.fetchNextPage()}
          >
            {t("older")}
          </Button>
        )}
        <Link to={paths.myPreferences()}>{t("settings")}</Link>
      </Group>
    </Page>
  );
}

function Line({ notice, onRead }: { notice: InboxNotice; onRead: () => void }) {
  const { t } = useTranslation("inbox");
  const read = usePostNotificationsInboxByNoticeIdRead({ mutation: { onSuccess: onRead } });
  const isUnread = notice.read_at === null;
  const open = () => isUnread && read.mutate({ noticeId: notice.id });
  return (
    <li className={classes.line} data-unread={isUnread}>
      <p className={classes.when}>
        <DateTime instant={notice.created_at} style="short" />
        {isUnread && <span className={classes.mark}> · {t("unread")}</span>}
      </p>
      <h2 className={classes.title}>{notice.title}</h2>
      <p className={classes.body}>{notice.body}</p>
      {notice.link !== "" && (
        <Link to={ownPath(notice.link)} onClick={open}>
          {t("open")}
        </Link>
      )}
    </li>
  );
}

/** The path within the app of a link that was written for mails, which need the whole address. */
export function ownPath(link: string): string {
  const url = new URL(link, location.origin);
  return url.pathname + url.search + url.hash;
}
