import { zodResolver } from "@hookform/resolvers/zod";
import { Button } from "@mantine/core";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { z } from "zod";

import { usePostAuthPasswordForgot } from "@/api/generated/auth";
import { paths } from "@/paths";
import { ErrorState, Notice, TextField } from "@/ui";

import { Fields, FormPage } from "./FormPage";
import { emailField } from "./forms";

/** Ask for a link by mail; the answer never tells whether there is such an account. */
export function Component() {
  const { t } = useTranslation("account");
  const { t: common } = useTranslation();
  const form = useForm<{ email: string }>({
    resolver: zodResolver(z.object({ email: emailField(common) })),
    defaultValues: { email: "" },
  });
  const ask = usePostAuthPasswordForgot();
  const submit = form.handleSubmit((data) => ask.mutate({ data }));
  return (
    <FormPage
      title={t("forgot.title")}
      lead={t("forgot.lead")}
      below={<Link to={paths.signIn()}>{t("register.toSignIn")}</Link>}
    >
      {ask.isSuccess ? (
        <Notice tone="good" isAnnounced title={t("forgot.sentTitle")}>
          {t("forgot.sent")}
        </Notice>
      ) : (
        <Fields onSubmit={submit}>
          {ask.isError && <ErrorState error={ask.error} />}
          <TextField
            form={form}
            name="email"
            type="email"
            autoComplete="email"
            label={t("email")}
          />
          <Button type="submit" loading={ask.isPending}>
            {t("forgot.submit")}
          </Button>
        </Fields>
      )}
    </FormPage>
  );
}
