import { zodResolver } from "@hookform/resolvers/zod";
import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { z } from "zod";

import { usePostAuthLogin } from "@/api/generated/auth";
import { problemOf } from "@/api/problem";
import { enter } from "@/api/session";
import { useSession } from "@/api/useSession";
import { paths, safeNext } from "@/paths";
import { ErrorState, PasswordField, showFieldErrors, TextField } from "@/ui";

import { Crowded, patience } from "./crowded";
import { Fields, FormPage } from "./FormPage";
import { requiredField } from "./forms";

interface Values {
  email: string;
  password: string;
  totp_code: string;
}

/** Sign in, with a code of the second factor where the account asks for one. */
export function Component() {
  const { t } = useTranslation("account");
  const { t: common } = useTranslation();
  const [search] = useSearchParams();
  const next = safeNext(search.get("next"), paths.home());
  const [asksCode, setAsksCode] = useState(false);
  useLeaveWhenSignedIn(next);
  const form = useForm<Values>({
    resolver: zodResolver(
      z.object({
        email: requiredField(common),
        password: z.string().min(1, common("form.required")),
        totp_code: asksCode ? requiredField(common) : z.string(),
      }),
    ),
    defaultValues: { email: "", password: "", totp_code: "" },
  });
  const login = usePostAuthLogin({ mutation: patience });
  const submit = form.handleSubmit(({ email, password, totp_code }) =>
    login.mutate(
      { data: { email, password, totp_code: totp_code.trim() || null } },
      {
        onSuccess: enter,
        onError: (problem) => {
          if (problem.code === "totp_required") {
            setAsksCode(true);
            login.reset();
          } else showFieldErrors(form, problem);
        },
      },
    ),
  );
  return (
    <FormPage
      title={t("signIn.title")}
      below={
        <>
          <Link to={paths.register(search.get("next") ?? undefined)}>{t("signIn.toRegister")}</Link>
          <Link to={paths.findOrder()}>{t("signIn.toFindOrder")}</Link>
        </>
      }
    >
      <Fields onSubmit={submit}>
        <Crowded asking={login} />
        {login.isError && <ErrorState error={problemOf(login.error)} />}
        <TextField
          form={form}
          name="email"
          type="email"
          autoComplete="username"
          label={t("email")}
        />
        <PasswordField
          form={form}
          name="password"
          autoComplete="current-password"
          label={t("password")}
        />
        {asksCode && (
          <TextField
            form={form}
            name="totp_code"
            inputMode="numeric"
            autoComplete="one-time-code"
            label={t("signIn.code")}
            description={t("signIn.codeHint")}
            autoFocus
          />
        )}
        <Button type="submit" loading={login.isPending}>
          {t("signIn.submit")}
        </Button>
        <Link to={paths.forgotPassword()}>{t("signIn.forgotten")}</Link>
      </Fields>
    </FormPage>
  );
}

/** Who is signed in has no business on this page: back to where they came from. */
function useLeaveWhenSignedIn(next: string): void {
  const session = useSession();
  const navigate = useNavigate();
  useEffect(() => {
    if (session.status === "signed-in") void navigate(next, { replace: true });
  }, [session.status, next, navigate]);
}
