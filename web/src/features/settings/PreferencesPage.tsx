import { Button, Checkbox, NativeSelect } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";

import {
  getGetUsersMeQueryKey,
  type ProfileAnswer,
  ProfileChangesLanguage,
  useGetUsersMe,
  usePutUsersProfile,
} from "@/api/generated/users";
import { ErrorState, LoadingLines, Notice } from "@/ui";

import classes from "./Settings.module.css";
import { SettingsPage } from "./SettingsPage";

const CHOICES = ["reminders", "sms", "newsletter"] as const;

/** What is sent to oneself beside what must be sent, and in which language. */
export function Component() {
  const profile = useGetUsersMe();
  return (
    <SettingsPage part="preferences">
      {profile.isPending && <LoadingLines lines={4} height={48} />}
      {profile.isError && <ErrorState error={profile.error} retry={() => void profile.refetch()} />}
      {profile.data && <PreferencesForm profile={profile.data} />}
    </SettingsPage>
  );
}

function PreferencesForm({ profile }: { profile: ProfileAnswer }) {
  const { t } = useTranslation("settings");
  const { t: common } = useTranslation();
  const queries = useQueryClient();
  const form = useForm({
    values: {
      language: profile.language as ProfileChangesLanguage,
      reminders: profile.preferences.reminders ?? false,
      sms: profile.preferences.sms ?? false,
      newsletter: profile.preferences.newsletter ?? false,
    },
  });
  const save = usePutUsersProfile();
  const submit = form.handleSubmit(({ language, ...preferences }) =>
    save.mutate(
      { data: { language, preferences } },
      { onSuccess: (saved) => queries.setQueryData(getGetUsersMeQueryKey(), saved) },
    ),
  );
  return (
    <form onSubmit={submit} className={classes.form} noValidate>
      {save.isError && <ErrorState error={save.error} />}
      {save.isSuccess && !form.formState.isDirty && (
        <Notice tone="good" isAnnounced title={t("saved")} />
      )}
      <NativeSelect
        {...form.register("language")}
        id="language"
        label={t("preferences.language")}
        data={Object.values(ProfileChangesLanguage).map((value) => ({
          value,
          label: common(`language.${value}`),
        }))}
      />
      {CHOICES.map((name) => (
        <Checkbox
          key={name}
          {...form.register(name)}
          id={name}
          label={t(`preferences.${name}`)}
          description={name === "sms" ? t("preferences.smsHint") : undefined}
        />
      ))}
      <p className={classes.hint}>{t("preferences.always")}</p>
      <Button type="submit" loading={save.isPending}>
        {t("preferences.save")}
      </Button>
    </form>
  );
}
