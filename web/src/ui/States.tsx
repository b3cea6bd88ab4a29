import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { problemOf } from "@/api/problem";

import { Notice } from "./Notice";
import classes from "./States.module.css";

interface EmptyProps {
  title?: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}

/** A list without entries: says so, and what to do about it. */
export function Empty({ title, children, action }: EmptyProps) {
  const { t } = useTranslation();
  return (
    <div className={classes.empty}>
      <svg viewBox="0 0 96 56" width="96" height="56" aria-hidden="true" focusable="false">
        <path
          className={classes.outline}
          d="M2 6a4 4 0 0 1 4-4h84a4 4 0 0 1 4 4v14a8 8 0 0 0 0 16v14a4 4 0 0 1-4 4H6a4 4 0 0 1-4-4V36a8 8 0 0 0 0-16z"
        />
        <path className={classes.dashes} d="M66 4v48" />
      </svg>
      <div className={classes.title}>{title ?? t("empty.title")}</div>
      {children !== undefined && <div className={classes.words}>{children}</div>}
      {action}
    </div>
  );
}

/** What failed, in the server's sentence where it gave one, with a way to try again. */
export function ErrorState({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  return (
    <Notice
      tone="bad"
      isAnnounced
      title={t("error.title")}
      actions={
        retry && (
          <Button size="sm" variant="default" onClick={retry}>
            {t("retry")}
          </Button>
        )
      }
    >
      <p>{useProblemSentence()(error)}</p>
    </Notice>
  );
}

/** Returns how to say a failed request to a person. */
export function useProblemSentence(): (error: unknown) => string {
  const { t } = useTranslation();
  return (error) => {
    const problem = problemOf(error);
    if (problem.code === "network") return t("error.network");
    if (problem.code === "unexpected") return t("error.unexpected");
    return problem.message || t("error.server");
  };
}

/** Grey shapes of the size of what is coming, so that nothing moves when it comes. */
export function Skeleton({
  height,
  width = "100%",
}: {
  height: number | string;
  width?: number | string;
}) {
  return <span className={classes.skeleton} style={{ height, width }} />;
}

/** Several lines of skeleton, announced once. */
export function LoadingLines({ lines = 3, height = 24 }: { lines?: number; height?: number }) {
  const { t } = useTranslation();
  return (
    <div className={classes.lines} role="status" aria-label={t("loading")}>
      {Array.from({ length: lines }, (_, index) => (
        <Skeleton key={index} height={height} width={index === lines - 1 ? "60%" : "100%"} />
      ))}
    </div>
  );
}
