import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";

import { paths } from "@/paths";

import classes from "./EventParts.module.css";

/** The parts of an event that has been published, in the order shown; the first stands alone. */
const PARTS = ["overview", "attendees"] as const;

/** What its organiser has to an event, side by side on each of its pages. */
export function EventParts({ eventId }: { eventId: number }) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t("eventParts.label")} className={classes.parts}>
      {PARTS.map((part) => {
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
