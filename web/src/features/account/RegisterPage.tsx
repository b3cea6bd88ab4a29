import { zodResolver } from "@hookform/resolvers/zod";
import { Button } from "@mantine/core";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { z } from "zod";

import { usePostAuthRegister } from "@/api/generated/auth";
import { enter } from "@/api/session";
import { useLanguage } from "@/i18n/useLanguage";
import { paths, safeNext } from "@/paths";
import { ErrorState, PasswordField, showFieldErrors, TextField } from "@/ui";

import { Crowded, patience } from "./crowded";
import { Fields, FormPage } from "./FormPage";
import { emailField, newPasswordField, PASSWORD_CHARACTERS_MIN, requiredField } from "./forms";

interface Values {
  name: string;
  email: string;
  password: string;
}

/** Create an account; a link to confirm the address comes by mail. */
export function Component() {
  const { t } = useTranslation("account");
  const { t: common } = useTranslation();
  const language = useLanguage();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const next = safeNext(search.get("next"), paths.home());
  const form = useForm<Values>({
    resolver: zodResolver(
      z.object({
        name: requiredField(common),
        email: emailField(common),
        password: newPasswordField(common),
      }),
    ),
    defaultValues: { name: "", email: "", password: "" },
  });
  const register = usePostAuthRegister({ mutation: patience });
  const submit = form.handleSubmit((values) =>
    register.mutate(
      { data: { ...values, password_confirmation: values.password, language } },
      {
        onSuccess: (tokens) => {
          enter(tokens);
          void navigate(next, { replace: true });
        },
        onError: (problem) => {
          if (showFieldErrors(form, problem)) register.reset();
        },
      },
    ),
  );
  return (
    <FormPage
      title={t("register.title")}
      lead={t("register.lead")}
      below={
        <Link to={paths.signIn(search.get("next") ?? undefined)}>{t("register.toSignIn")}</Link>
      }
    >
      <Fields onSubmit={submit}>
        <Crowded asking={register} />
        {register.isError && <ErrorState error={register.error} />}
        <TextField form={form} name="name" autoComplete="name" label={t("name")} />
        <TextField form={form} name="email" type="email" autoComplete="email" label={t("email")} />
        <PasswordField
          form={form}
          name="password"
          autoComplete="new-password"
          label={t("password")}
          description={t("passwordHint", { count: PASSWORD_CHARACTERS_MIN })}
        />
        <Button type="submit" loading={register.isPending}>
          {t("register.submit")}
        </Button>
      </Fields>
    </FormPage>
  );
}
