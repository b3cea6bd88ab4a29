import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import {
  getGetAuthSessionsQueryKey,
  type SessionSeen,
  useDeleteAuthSessions,
  useDeleteAuthSessionsBySessionId,
  useGetAuthSessions,
} from "@/api/generated/auth";
import { type Column, DataTable, DateTime, ErrorState } from "@/ui";

import classes from "./Settings.module.css";

/** Where one is signed in, with a way to end each session but this one. */
export function Sessions() {
  const { t } = useTranslation("settings");
  const queries = useQueryClient();
  const sessions = useGetAuthSessions();
  const refresh = () => queries.invalidateQueries({ queryKey: getGetAuthSessionsQueryKey() });
  const end = useDeleteAuthSessionsBySessionId({ mutation: { onSuccess: refresh } });
  const endOthers = useDeleteAuthSessions({ mutation: { onSuccess: refresh } });
  const error = sessions.error ?? end.error ?? endOthers.error;
  return (
    <div className={classes.form}>
      {error && <ErrorState error={error} />}
      <DataTable
        caption={t("sessions.title")}
        columns={useColumns(
          (session) => end.mutate({ sessionId: session.id }),
          end.isPending ? end.variables.sessionId : null,
        )}
        rows={sessions.data?.data}
        rowKey={(session) => session.id}
      />
      {(sessions.data?.data.length ?? 0) > 1 && (
        <Button variant="default" loading={endOthers.isPending} onClick={() => endOthers.mutate()}>
          {t("sessions.endOthers")}
        </Button>
      )}
    </div>
  );
}

function useColumns(
  onEnd: (session: SessionSeen) => void,
  ending: string | null,
): Column<SessionSeen>[] {
  const { t } = useTranslation("settings");
  return [
    {
      key: "device",
      title: t("sessions.device"),
      isRowHeader: true,
      render: (session) =>
        `${deviceOf(session.user_agent) || t("sessions.unknown")}${
          session.current ? ` (${t("sessions.current")})` : ""
        }`,
    },
    { key: "address", title: t("sessions.address"), render: (session) => session.address },
    {
      key: "used",
      title: t("sessions.lastUsed"),
      render: (session) => <DateTime instant={session.last_used_at} style="short" />,
    },
    {
      key: "end",
      title: t("sessions.action"),
      render: (session) =>
        !session.current && (
          <Button
            variant="subtle"
            size="compact-sm"
            loading={ending === session.id}
            onClick={() => onEnd(session)}
          >
            {t("sessions.end")}
          </Button>
        ),
    },
  ];
}

const BROWSERS = ["Edg", "OPR", "Firefox", "Chrome", "Safari"] as const;
const NAMES: Record<string, string> = { Edg: "Edge", OPR: "Opera" };
const SYSTEMS = ["Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux"] as const;

/** “Firefox, Linux” out of what the browser says of itself; empty where it says nothing known. */
export function deviceOf(userAgent: string): string {
  const browser = BROWSERS.find((name) => userAgent.includes(`${name}/`));
  const system = SYSTEMS.find((name) => userAgent.includes(name));
  return [browser && (NAMES[browser] ?? browser), system].filter(Boolean).join(", ");
}
