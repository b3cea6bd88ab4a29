import { zodResolver } from "@hookform/resolvers/zod";
import { Button } from "@mantine/core";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";

import { usePostAuthPasswordChange } from "@/api/generated/auth";
import { enter } from "@/api/session";
import { ErrorState, Notice, PasswordField, Section, showFieldErrors } from "@/ui";

import { Sessions } from "./Sessions";
import classes from "./Settings.module.css";
import { SettingsPage } from "./SettingsPage";
import { TwoSteps } from "./TwoSteps";

const PASSWORD_CHARACTERS_MIN = 8;

/** Password, two-step sign-in, and where one is signed in. */
export function Component() {
  const { t } = useTranslation("settings");
  return (
    <SettingsPage part="security">
      <Section title={t("password.title")}>
        <PasswordForm />
      </Section>
      <Section title={t("totp.title")}>
        <TwoSteps />
      </Section>
      <Section title={t("sessions.title")}>
        <Sessions />
      </Section>
    </SettingsPage>
  );
}

function PasswordForm() {
  const { t } = useTranslation("settings");
  const { t: common } = useTranslation();
  const form = useForm({
    resolver: zodResolver(
      z.object({
        current_password: z.string().min(1, common("form.required")),
        password: z
          .string()
          .min(
            PASSWORD_CHARACTERS_MIN,
            common("form.passwordShort", { count: PASSWORD_CHARACTERS_MIN }),
          ),
      }),
    ),
    defaultValues: { current_password: "", password: "" },
  });
  const change = usePostAuthPasswordChange();
  const submit = form.handleSubmit((values) =>
    change.mutate(
      { data: { ...values, password_confirmation: values.password } },
      {
        onSuccess: (tokens) => {
          // The change has ended every session but a new one for this device.
          enter(tokens);
          form.reset();
        },
        onError: (problem) => {
          if (showFieldErrors(form, problem)) change.reset();
        },
      },
    ),
  );
  return (
    <form onSubmit={submit} className={classes.form} noValidate>
      {change.isError && <ErrorState error={change.error} />}
      {change.isSuccess && <Notice tone="good" isAnnounced title={t("password.done")} />}
      <PasswordField
        form={form}
        name="current_password"
        autoComplete="current-password"
        label={t("password.current")}
      />
      <PasswordField
        form={form}
        name="password"
        autoComplete="new-password"
        label={t("password.new")}
      />
      <Button type="submit" loading={change.isPending}>
        {t("password.save")}
      </Button>
    </form>
  );
}
