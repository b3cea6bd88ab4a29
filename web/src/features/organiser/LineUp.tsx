import { Button, NativeSelect } from "@mantine/core";
import { useFieldArray } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { SponsorBodyTier, SponsorBodyType } from "@/api/generated/events";
import { PlusIcon, TextAreaField, TextField } from "@/ui";

import type { EventForm } from "./EventForm";
import classes from "./Organiser.module.css";
import { RemoveButton } from "./RemoveButton";
import { NEW_SPEAKER, NEW_SPONSOR } from "./values";

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
          <Portrait form={form} index={index} />
          <RemoveButton name={line.name} onClick={() => lines.remove(index)} />
        </fieldset>
      ))}
      <Button
        variant="default"
        leftSection={<PlusIcon />}
        onClick={() => lines.append({ ...NEW_SPEAKER })}
      >
        {t("edit.addSpeaker")}
      </Button>
    </div>
  );
}

const WORDS = ["position", "company"] as const;

/** Who that is, with a picture: what visitors see below the name. */
function Portrait({ form, index }: { form: EventForm; index: number }) {
  const { t } = useTranslation("organiser");
  const speaker = form.formState.defaultValues?.speakers?.[index];
  const hasOne = [...WORDS, "bio" as const, "photo_url" as const].some((name) =>
    Boolean(speaker?.[name]),
  );
  return (
    <details className={classes.more} open={hasOne}>
      <summary>{t("edit.portrait")}</summary>
      <div className={classes.pair}>
        {WORDS.map((name) => (
          <TextField
            key={name}
            form={form}
            name={`speakers.${index}.${name}`}
            maxLength={200}
            isOptional
            label={t(`fields.${name}`)}
          />
        ))}
        <TextField
          form={form}
          name={`speakers.${index}.photo_url`}
          type="url"
          isOptional
          label={t("fields.photo_url")}
        />
      </div>
      <TextAreaField
        form={form}
        name={`speakers.${index}.bio`}
        maxLength={5000}
        isOptional
        label={t("fields.bio")}
      />
    </details>
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
            <TextField
              form={form}
              name={`sponsors.${index}.logo_url`}
              type="url"
              isOptional
              label={t("fields.logo_url")}
            />
            <NativeSelect
              {...form.register(`sponsors.${index}.type`)}
              id={`sponsors.${index}.type`}
              label={t("fields.weight")}
              data={Object.values(SponsorBodyType).map((value) => ({
                value,
                label: t(`weights.${value}`),
              }))}
            />
          </div>
          <RemoveButton name={line.name} onClick={() => lines.remove(index)} />
        </fieldset>
      ))}
      <Button
        variant="default"
        leftSection={<PlusIcon />}
        onClick={() => lines.append({ ...NEW_SPONSOR })}
      >
        {t("edit.addPartner")}
      </Button>
    </div>
  );
}
