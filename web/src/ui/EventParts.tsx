import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";

import { paths } from "@/paths";

import classes from "./EventParts.module.css";

/** The parts of an event, in the order shown; the first stands alone. */
const PARTS = [
  "overview",
  "orders",
  "attendees",
  "promo-codes",
  "messages",
  "report",
  "refunds",
] as const;
const PARTS_OF_DRAFT = ["overview", "promo-codes"] as const;

interface EventPartsProps {
  eventId: number;
  /** A draft has no buyers yet, so nothing that is about them. */
  isDraft?: boolean;
}

/** What its organiser has to an event, side by side on each of its pages. */
export function EventParts({ eventId, isDraft = false }: EventPartsProps) {
  const { t } = useTranslation();
  const bar = useRef<HTMLElement>(null);
  // On a phone the bar is wider than the screen: the part one is at shall be in sight.
  useEffect(() => {
    const here = bar.current?.querySelector("[aria-current]");
    here?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, []);
  return (
    <nav ref={bar} aria-label={t("eventParts.label")} className={classes.parts}>
      {(isDraft ? PARTS_OF_DRAFT : PARTS).map((part) => {
        const isOverview = part === "overview";
        const path = isOverview
          ? paths.organiseEvent(eventId)
          : paths.organiseEventPart(eventId, part);
        return (
          <NavLink key={part} to={path} end={isOverview}>
            {t(`eventParts.${part}`)}
          </NavLink>
        );
      })}
    </nav>
  );
}
