import { Button, NativeSelect } from "@mantine/core";
import { useFieldArray } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { SponsorBodyTier } from "@/api/generated/events";
import { PlusIcon, TextField } from "@/ui";

import type { EventForm } from "./EventForm";
import classes from "./Organiser.module.css";
import { RemoveButton } from "./RemoveButton";

/** Who is on the programme, and when. */
export function LineUp({ form }: { form: EventForm }) {
  const { t } = useTranslation("organiser");
  const lines = useFieldArray({ control: form.control, name: "speakers" });
  return (
    <div className={classes.fields}>
      {lines.fields.map((line, index) => (
        <fieldset key={line.id} className={classes.line}>
          <div className={classes.pair}>
            <TextField
              form={form}
              name={`speakers.${index}.name`}
              label={t("fields.speakerName")}
            />
            <TextField
              form={form}
              name={`speakers.${index}.topic`}
              isOptional
              label={t("fields.topic")}
            />
            <TextField
              form={form}
              name={`speakers.${index}.speaking_time`}
              type="time"
              isOptional
              label={t("fields.speaking_time")}
            />
          </div>
          <RemoveButton name={line.name} onClick={() => lines.remove(index)} />
        </fieldset>
      ))}
      <Button
        variant="default"
        leftSection={<PlusIcon />}
        onClick={() => lines.append({ key: null, name: "", topic: "", speaking_time: "" })}
      >
        {t("edit.addSpeaker")}
      </Button>
    </div>
  );
}

/** Who supports the event. */
export function Partners({ form }: { form: EventForm }) {
  const { t } = useTranslation("organiser");
  const lines = useFieldArray({ control: form.control, name: "sponsors" });
  return (
    <div className={classes.fields}>
      {lines.fields.map((line, index) => (
        <fieldset key={line.id} className={classes.line}>
          <div className={classes.pair}>
            <TextField
              form={form}
              name={`sponsors.${index}.name`}
              label={t("fields.sponsorName")}
            />
            <NativeSelect
              {...form.register(`sponsors.${index}.tier`)}
              id={`sponsors.${index}.tier`}
              label={t("fields.tier")}
              data={Object.values(SponsorBodyTier).map((value) => ({
                value,
                label: t(`tiers.${value}`),
              }))}
            />
            <TextField
              form={form}
              name={`sponsors.${index}.website_url`}
              type="url"
              isOptional
              label={t("fields.website_url")}
            />
          </div>
          <RemoveButton name={line.name} onClick={() => lines.remove(index)} />
        </fieldset>
      ))}
      <Button
        variant="default"
        leftSection={<PlusIcon />}
        onClick={() => lines.append({ key: null, name: "", tier: "bronze", website_url: "" })}
      >
        {t("edit.addPartner")}
      </Button>
    </div>
  );
}
