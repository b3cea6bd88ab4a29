import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";

import {
  type TemplateAnswer,
  usePostNotificationsTemplatesByKeyByLanguagePreview,
  usePutNotificationsTemplatesByKeyByLanguage,
} from "@/api/generated/notifications";
import classes from "@/features/admin/frame/Admin.module.css";
import { ErrorState, Section, showFieldErrors, TextAreaField, TextField } from "@/ui";

import { Rendered } from "./Rendered";

export interface Sources {
  subject: string;
  mjml: string;
  text: string;
  sms: string;
}

/** What of a template can be changed. */
export function sourcesOf({ subject, mjml, text, sms = "" }: TemplateAnswer): Sources {
  return { subject, mjml, text, sms };
}

interface TemplateFormProps {
  template: TemplateAnswer;
  initial: Sources;
  onSaved: (saved: TemplateAnswer) => void;
}

/** Change a template; look at it before it is saved. */
export function TemplateForm({ template, initial, onSaved }: TemplateFormProps) {
  const { t } = useTranslation("admin");
  const { key, language, version } = template;
  const queries = useQueryClient();
  const form = useForm<Sources>({ defaultValues: initial });
  const show = (error: unknown) => showFieldErrors(form, error);
  const preview = usePostNotificationsTemplatesByKeyByLanguagePreview({
    mutation: { onError: show },
  });
  const save = usePutNotificationsTemplatesByKeyByLanguage({
    mutation: {
      onError: show,
      onSuccess: async (saved) => {
        await queries.invalidateQueries();
        onSaved(saved);
      },
    },
  });
  const error = preview.error ?? save.error;
  return (
    <form
      onSubmit={form.handleSubmit((data) =>
        save.mutate({ key, language, data: { ...data, base_version: version } }),
      )}
    >
      <div className={classes.sources}>
        {error !== null && <ErrorState error={error} />}
        <TextField form={form} name="subject" label={t("template.subject")} />
        <TextAreaField
          form={form}
          name="mjml"
          label={t("template.mjml")}
          className={classes.source}
          minRows={8}
          maxRows={24}
          spellCheck={false}
        />
        <TextAreaField
          form={form}
          name="text"
          label={t("template.text")}
          className={classes.source}
          minRows={6}
          maxRows={16}
        />
        {initial.sms !== "" && (
          <TextAreaField
            form={form}
            name="sms"
            label={t("template.sms")}
            description={t("template.smsHint")}
            className={classes.source}
            minRows={2}
          />
        )}
        <div className={classes.actions}>
          <Button type="submit" loading={save.isPending}>
            {t("template.save")}
          </Button>
          <Button
            variant="default"
            loading={preview.isPending}
            onClick={() => {
              form.clearErrors();
              save.reset();
              preview.mutate({ key, language, data: form.getValues() });
            }}
          >
            {t("template.preview")}
          </Button>
        </div>
      </div>
      {preview.data && (
        <Section title={t("template.previewTitle")}>
          <p className={classes.hint}>{t("template.previewHint")}</p>
          <Rendered mail={preview.data} />
        </Section>
      )}
    </form>
  );
}
