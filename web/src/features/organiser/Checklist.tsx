import { useTranslation } from "react-i18next";

import type { EventAnswer } from "@/api/generated/events";
import { CheckIcon, MinusIcon, Section } from "@/ui";

import classes from "./Organiser.module.css";

/** What a draft still wants before its first sale. */
export function Checklist({ event }: { event: EventAnswer }) {
  const { t } = useTranslation("organiser");
  const steps = [
    ["types", event.ticket_types.some(({ capacity }) => capacity > 0)],
    ["description", event.description.trim() !== ""],
    ["image", event.image !== null],
    ["publish", false],
  ] as const;
  return (
    <Section title={t("checklist.title")}>
      <ul className={classes.checklist}>
        {steps.map(([step, isDone]) => (
          <li key={step} data-done={isDone}>
            {isDone ? <CheckIcon aria-hidden="true" /> : <MinusIcon aria-hidden="true" />}
            {t(`checklist.${step}`)}
          </li>
        ))}
      </ul>
    </Section>
  );
}
