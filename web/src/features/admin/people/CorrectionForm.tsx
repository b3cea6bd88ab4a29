import { zodResolver } from "@hookform/resolvers/zod";
import { Button, Checkbox, NativeSelect } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type UseFormReturn, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { GENDERS } from "@/api/genders";
import {
  getGetUsersByAccountIdQueryKey,
  type ProfileAnswer,
  type ProfileChanges,
  ProfileChangesLanguage,
  usePutUsersByAccountId,
} from "@/api/generated/users";
import { sessionState, updateUser } from "@/api/session";
import classes from "@/features/admin/frame/Admin.module.css";
import { ErrorState, Notice, showFieldErrors, TextAreaField, TextField } from "@/ui";

import { changesOf, PREFERENCES, type Values, valuesOf } from "./corrections";

type Form = UseFormReturn<Values>;

/** Somebody's profile, to be corrected; only what was changed here is sent. */
export function CorrectionForm({ profile }: { profile: ProfileAnswer }) {
  const { t } = useTranslation("admin");
  const { form, submit, save } = useCorrection(profile);
  const { isDirty } = form.formState;
  return (
    <form onSubmit={submit} className={classes.form} noValidate>
      <p className={classes.hint}>{t("account.hint")}</p>
      {profile.pending_email !== null && (
        <Notice>{t("account.pendingEmail", { email: profile.pending_email })}</Notice>
      )}
      <WhoAndWhere form={form} />
      <About form={form} profile={profile} />
      <Wishes form={form} />
      {save.isError && <ErrorState error={save.error} />}
      {save.isSuccess && !isDirty && (
        <Notice tone="good" isAnnounced title={t("account.saved", { name: profile.name })} />
      )}
      <Button type="submit" loading={save.isPending} disabled={!isDirty}>
        {t("account.save")}
      </Button>
    </form>
  );
}

function useCorrection(profile: ProfileAnswer) {
  const { t: common } = useTranslation();
  const queries = useQueryClient();
  const form: Form = useForm<Values>({
    resolver: zodResolver(
      z.looseObject({
        name: z.string().trim().min(1, common("form.required")),
        email: z
          .string()
          .trim()
          .pipe(z.email(common("form.email"))),
      }),
    ) as never,
    // What comes in from elsewhere meanwhile neither takes the place of what was typed nor is sent.
    defaultValues: valuesOf(profile),
  });
  const { dirtyFields } = form.formState;
  const save = usePutUsersByAccountId();
  const submit = form.handleSubmit((values) =>
    save.mutate(
      { accountId: profile.id, data: changesOf(values, dirtyFields) as ProfileChanges },
      {
        onSuccess: (saved) => {
          queries.setQueryData(getGetUsersByAccountIdQueryKey(profile.id), saved);
          form.reset(valuesOf(saved));
          const session = sessionState();
          if (session.status === "signed-in" && session.user.id === saved.id) {
            updateUser({ ...session.user, name: saved.name });
          }
        },
        onError: (problem) => {
          if (showFieldErrors(form, problem)) save.reset();
        },
      },
    ),
  );
  return { form, submit, save };
}

function WhoAndWhere({ form }: { form: Form }) {
  const { t } = useTranslation("admin");
  return (
    <>
      <TextField
        form={form}
        name="name"
        maxLength={120}
        autoComplete="off"
        label={t("account.fields.name")}
      />
      <TextField
        form={form}
        name="email"
        type="email"
        maxLength={254}
        autoComplete="off"
        label={t("account.fields.email")}
        description={t("account.emailHint")}
      />
      <TextField
        form={form}
        name="phone_number"
        type="tel"
        autoComplete="off"
        isOptional
        label={t("account.fields.phone_number")}
      />
      <TextAreaField
        form={form}
        name="address"
        minRows={1}
        maxLength={300}
        autoComplete="off"
        isOptional
        label={t("account.fields.address")}
      />
      <div className={classes.pair}>
        {(["city", "country"] as const).map((name) => (
          <TextField
            key={name}
            form={form}
            name={name}
            maxLength={120}
            autoComplete="off"
            isOptional
            label={t(`account.fields.${name}`)}
          />
        ))}
      </div>
    </>
  );
}

function About({ form, profile }: { form: Form; profile: ProfileAnswer }) {
  const { t } = useTranslation("admin");
  return (
    <>
      <div className={classes.pair}>
        <TextField
          form={form}
          name="date_of_birth"
          type="date"
          autoComplete="off"
          isOptional
          label={t("account.fields.date_of_birth")}
        />
        <NativeSelect
          {...form.register("gender")}
          id="gender"
          label={t("account.fields.gender")}
          error={form.formState.errors.gender?.message}
          data={[
            { value: "", label: t("account.genders.none") },
            ...GENDERS.map((value) => ({
              value,
              label: t(`account.genders.${value}`),
            })),
          ]}
        />
      </div>
      <TextAreaField
        form={form}
        name="bio"
        maxLength={2000}
        isOptional
        label={t("account.fields.bio")}
      />
      <div className={classes.portrait}>
        {profile.profile_picture && (
          <img
            src={profile.profile_picture}
            alt={t("account.pictureOf", { name: profile.name })}
            width={96}
            height={96}
          />
        )}
        <TextField
          form={form}
          name="profile_picture"
          autoComplete="off"
          maxLength={500}
          isOptional
          label={t("account.fields.profile_picture")}
          description={t("account.pictureHint")}
        />
      </div>
    </>
  );
}

function Wishes({ form }: { form: Form }) {
  const { t } = useTranslation("admin");
  return (
    <>
      <NativeSelect
        {...form.register("language")}
        id="language"
        label={t("account.fields.language")}
        error={form.formState.errors.language?.message}
        data={Object.values(ProfileChangesLanguage).map((value) => ({
          value,
          label: t(`account.languages.${value}`),
        }))}
      />
      <fieldset className={classes.choices}>
        <legend>{t("account.fields.preferences")}</legend>
        {PREFERENCES.map((name) => (
          <Checkbox
            key={name}
            {...form.register(name)}
            id={name}
            label={t(`account.fields.${name}`)}
          />
        ))}
      </fieldset>
    </>
  );
}
