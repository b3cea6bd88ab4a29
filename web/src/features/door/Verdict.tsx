import { Button } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { formatDate } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";

import classes from "./Door.module.css";
import type { Verdict } from "./verdict";

const GOOD_MS = 2_500;

/** The answer over the whole screen; green goes by itself, the others wait to be read. */
export function VerdictScreen({ verdict, onNext }: { verdict: Verdict; onNext: () => void }) {
  const { t } = useTranslation("door");
  const language = useLanguage();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    button.current?.focus();
    if (verdict.tone !== "good") return;
    const timer = setTimeout(onNext, GOOD_MS);
    return () => clearTimeout(timer);
  }, [verdict, onNext]);
  const when = verdict.usedAt && formatDate(verdict.usedAt, "short", language);
  return (
    <div className={classes.verdict} data-tone={verdict.tone} role="alert">
      <p className={classes.word}>{t(`answer.${verdict.reason}`)}</p>
      {verdict.holder !== "" && <p className={classes.holder}>{verdict.holder}</p>}
      {verdict.ticketType !== "" && (
        <p>
          {verdict.ticketType} · <span className="figures">{verdict.number}</span>
        </p>
      )}
      {when && (
        <p className={classes.holder}>
          {t("answer.usedAt", { when })}
          {verdict.usedWhere && ` ${t("answer.usedWhere", { place: verdict.usedWhere })}`}
        </p>
      )}
      {verdict.reason === "network" ? (
        <p>{t("answer.networkHint")}</p>
      ) : (
        verdict.tone !== "good" && <p>{verdict.sentence}</p>
      )}
      <Button ref={button} size="lg" variant="white" color="dark" onClick={onNext}>
        {t(verdict.reason === "network" ? "answer.retry" : "answer.next")}
      </Button>
    </div>
  );
}
