import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import {
  deleteTicketsHoldsByHoldId,
  getGetTicketsHoldsByHoldIdQueryKey,
  type HoldAnswer,
  usePostTicketsHoldsByHoldIdExtend,
} from "@/api/generated/tickets";
import { formatCountdown } from "@/i18n/format";
import { paths } from "@/paths";
import { ClockIcon, useProblemSentence } from "@/ui";

import classes from "./Checkout.module.css";
import { secondsLeft, useNow } from "./useClock";

const SOON_SECONDS = 120;

interface HoldBarProps {
  answer: HoldAnswer;
  receivedAt: number;
  /** The time is over: the server is asked whether the hold is really gone. */
  onEnd: () => void;
  isPaying: boolean;
}

/** How long the places are kept, with the ways to keep them longer or give them back. */
export function HoldBar({ answer, receivedAt, onEnd, isPaying }: HoldBarProps) {
  const { t } = useTranslation("checkout");
  const left = secondsLeft(answer.expires_at, answer.server_time, receivedAt, useNow());
  const isOver = left <= 0;
  useEffect(() => {
    if (isOver) onEnd();
  }, [isOver, onEnd]);
  const isSoon = left < SOON_SECONDS;
  return (
    <div className={classes.bar} data-soon={isSoon}>
      <p className={classes.clock}>
        <ClockIcon />
        <span>
          {t("hold.kept")} <strong role="timer">{formatCountdown(left)}</strong>
        </span>
      </p>
      <p className="visually-hidden" role="status">
        {isSoon && t("hold.soon")}
      </p>
      <div className={classes.barActions}>
        <Extend answer={answer} />
        <GiveBack answer={answer} isDisabled={isPaying} />
      </div>
    </div>
  );
}

function Extend({ answer }: { answer: HoldAnswer }) {
  const { t } = useTranslation("checkout");
  const queries = useQueryClient();
  const sentence = useProblemSentence();
  const [wasUsed, setUsed] = useState(false);
  const extend = usePostTicketsHoldsByHoldIdExtend();
  const ask = () =>
    extend.mutate(
      { holdId: answer.hold.id },
      {
        onSuccess: (extended) => {
          setUsed(true);
          queries.setQueryData(getGetTicketsHoldsByHoldIdQueryKey(answer.hold.id), extended);
        },
      },
    );
  if (wasUsed) return <span role="status">{t("hold.extended")}</span>;
  return (
    <>
      {extend.isError && <span role="alert">{sentence(extend.error)}</span>}
      <Button variant="default" size="sm" loading={extend.isPending} onClick={ask}>
        {t("hold.extend")}
      </Button>
    </>
  );
}

function GiveBack({ answer, isDisabled }: { answer: HoldAnswer; isDisabled: boolean }) {
  const { t } = useTranslation("checkout");
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { id, event_id } = answer.hold;
  const leave = async () => {
    await navigate(paths.event(event_id));
    await queries.invalidateQueries();
  };
  const release = useMutation({
    mutationFn: () => deleteTicketsHoldsByHoldId(id),
    // A hold that has ended by itself has given the places back already.
    onSettled: leave,
  });
  return (
    <Button
      variant="subtle"
      size="sm"
      c="var(--ink)"
      disabled={isDisabled}
      loading={release.isPending}
      onClick={() => release.mutate()}
    >
      {t("hold.giveBack")}
    </Button>
  );
}
