import { zodResolver } from "@hookform/resolvers/zod";
import { Button, NativeSelect } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { GENDERS } from "@/api/genders";
import {
  getGetUsersMeQueryKey,
  type ProfileAnswer,
  useGetUsersMe,
  usePutUsersProfile,
} from "@/api/generated/users";
import { sessionState, updateUser } from "@/api/session";
import {
  ErrorState,
  LoadingLines,
  Notice,
  Section,
  showFieldErrors,
  TextAreaField,
  TextField,
} from "@/ui";

import { Picture } from "./Picture";
import classes from "./Settings.module.css";
import { SettingsPage } from "./SettingsPage";
import { VerifyAddress } from "./VerifyAddress";

const OPTIONAL = [
  "phone_number",
  "address",
  "city",
  "country",
  "bio",
  "date_of_birth",
  "gender",
] as const;
type Values = Record<"name" | "email" | (typeof OPTIONAL)[number], string>;

/** One's profile, as the API holds it. */
export function Component() {
  const profile = useGetUsersMe();
  return (
    <SettingsPage part="profile">
      {profile.isPending && <LoadingLines lines={6} height={56} />}
      {profile.isError && <ErrorState error={profile.error} retry={() => void profile.refetch()} />}
      {profile.data && (
        <>
          <VerifyAddress />
          <Picture profile={profile.data} />
          <Section>
            <ProfileForm profile={profile.data} />
          </Section>
        </>
      )}
    </SettingsPage>
  );
}

function ProfileForm({ profile }: { profile: ProfileAnswer }) {
  const { t } = useTranslation("settings");
  const { form, submit, save } = useProfileForm(profile);
  return (
    <form onSubmit={submit} className={classes.form} noValidate>
      {save.isError && <ErrorState error={save.error} />}
      {save.isSuccess && !form.formState.isDirty && (
        <Notice tone="good" isAnnounced title={t("saved")} />
      )}
      {profile.pending_email !== null && (
        <Notice>{t("profile.pendingEmail", { email: profile.pending_email })}</Notice>
      )}
      <TextField form={form} name="name" autoComplete="name" label={t("profile.name")} />
      <TextField
        form={form}
        name="email"
        type="email"
        autoComplete="email"
        label={t("profile.email")}
        description={t("profile.emailHint")}
      />
      <TextField
        form={form}
        name="phone_number"
        type="tel"
        autoComplete="tel"
        isOptional
        label={t("profile.phone_number")}
        description={t("profile.phoneHint")}
      />
      <TextField
        form={form}
        name="address"
        autoComplete="street-address"
        isOptional
        label={t("profile.address")}
      />
      <div className={classes.pair}>
        <TextField
          form={form}
          name="city"
          autoComplete="address-level2"
          isOptional
          label={t("profile.city")}
        />
        <TextField
          form={form}
          name="country"
          autoComplete="country"
          maxLength={2}
          isOptional
          label={t("profile.country")}
          description={t("profile.countryHint")}
        />
      </div>
      <div className={classes.pair}>
        <TextField
          form={form}
          name="date_of_birth"
          type="date"
          autoComplete="bday"
          isOptional
          label={t("profile.date_of_birth")}
        />
        <NativeSelect
          {...form.register("gender")}
          id="gender"
          label={t("profile.gender")}
          data={[
            { value: "", label: t("profile.genders.none") },
            ...GENDERS.map((value) => ({
              value,
              label: t(`profile.genders.${value}`),
            })),
          ]}
        />
      </div>
      <TextAreaField form={form} name="bio" isOptional label={t("profile.bio")} />
      <Button type="submit" loading={save.isPending}>
        {t("profile.save")}
      </Button>
    </form>
  );
}

function useProfileForm(profile: ProfileAnswer) {
  const { t: common } = useTranslation();
  const queries = useQueryClient();
  const text = z.string().trim();
  const form = useForm<Values>({
    resolver: zodResolver(
      z.object({
        name: text.min(1, common("form.required")),
        email: text.pipe(z.email(common("form.email"))),
        ...(Object.fromEntries(OPTIONAL.map((name) => [name, text])) as Record<
          (typeof OPTIONAL)[number],
          typeof text
        >),
      }),
    ),
    values: valuesOf(profile),
  });
  const save = usePutUsersProfile();
  const submit = form.handleSubmit((values) =>
    save.mutate(
      { data: changesOf(values) },
      {
        onSuccess: (saved) => {
          queries.setQueryData(getGetUsersMeQueryKey(), saved);
          // Another address counts once it is confirmed: what was typed gives way to what counts.
          form.reset(valuesOf(saved));
          const session = sessionState();
          if (session.status === "signed-in") updateUser({ ...session.user, name: saved.name });
        },
        onError: (problem) => {
          if (showFieldErrors(form, problem)) save.reset();
        },
      },
    ),
  );
  return { form, submit, save };
}

function valuesOf(profile: ProfileAnswer): Values {
  const values = OPTIONAL.map((name) => [name, profile[name] ?? ""]);
  return {
    name: profile.name,
    email: profile.email,
    ...Object.fromEntries(values),
  } as Values;
}

/** An emptied field is null for the API; a profile is never without a name and an address. */
function changesOf(values: Values) {
  const optional = OPTIONAL.map((name) => [name, values[name] === "" ? null : values[name]]);
  return { name: values.name, email: values.email, ...Object.fromEntries(optional) };
}
