import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { EventAnswer } from "@/api/generated/events";
import { useGetTicketsSeller } from "@/api/generated/tickets";
import { paths } from "@/paths";
import { CheckIcon, MinusIcon, Section } from "@/ui";

import classes from "./Organiser.module.css";

/** What a draft still wants before its first sale, each with where it is done. */
export function Checklist({ event }: { event: EventAnswer }) {
  const { t } = useTranslation("organiser");
  const seller = useGetTicketsSeller({ organiser_id: event.creator_id });
  const edit = paths.organiseEventPart(event.id, "edit");
  const steps = [
    ["types", event.ticket_types.some(({ capacity }) => capacity > 0), edit],
    ["description", event.description.trim() !== "", edit],
    ["image", event.image !== null, edit],
    ["seller", Boolean(seller.data), paths.organiseSeller({ organiser: event.creator_id })],
    ["publish", false, null],
  ] as const;
  return (
    <Section title={t("checklist.title")}>
      <ul className={classes.checklist}>
        {steps.map(([step, isDone, path]) => (
          <li key={step} data-done={isDone}>
            {isDone ? <CheckIcon aria-hidden="true" /> : <MinusIcon aria-hidden="true" />}
            <div>
              {isDone || path === null ? (
                t(`checklist.${step}`)
              ) : (
                <Link to={path}>{t(`checklist.${step}`)}</Link>
              )}
              {isDone && <span className="visually-hidden"> {t("checklist.done")}</span>}
              {step === "seller" && !isDone && (
                <p className={classes.hint}>{t("checklist.sellerHint")}</p>
              )}
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
