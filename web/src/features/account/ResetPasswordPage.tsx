import { zodResolver } from "@hookform/resolvers/zod";
import { Button } from "@mantine/core";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";

import { usePostAuthPasswordReset } from "@/api/generated/auth";
import { paths } from "@/paths";
import { ErrorState, LinkButton, Notice, PasswordField, showFieldErrors } from "@/ui";

import { Fields, FormPage } from "./FormPage";
import { newPasswordField, PASSWORD_CHARACTERS_MIN } from "./forms";
import { useMailedToken } from "./useMailedToken";

/** Choose a new password by the link of the mail. */
export function Component() {
  const { t } = useTranslation("account");
  const { t: common } = useTranslation();
  const token = useMailedToken();
  const form = useForm<{ password: string }>({
    resolver: zodResolver(z.object({ password: newPasswordField(common) })),
    defaultValues: { password: "" },
  });
  const reset = usePostAuthPasswordReset();
  const submit = form.handleSubmit(({ password }) =>
    reset.mutate(
      { data: { token: token ?? "", password, password_confirmation: password } },
      {
        onError: (problem) => {
          if (showFieldErrors(form, problem)) reset.reset();
        },
      },
    ),
  );
  if (token === null) return <NoLink title={t("reset.title")} />;
  return (
    <FormPage title={t("reset.title")}>
      {reset.isSuccess ? (
        <Notice
          tone="good"
          isAnnounced
          title={t("reset.doneTitle")}
          actions={<LinkButton to={paths.signIn()}>{t("signIn.submit")}</LinkButton>}
        >
          {t("reset.done")}
        </Notice>
      ) : (
        <Fields onSubmit={submit}>
          {reset.isError && <ErrorState error={reset.error} />}
          <PasswordField
            form={form}
            name="password"
            autoComplete="new-password"
            label={t("reset.password")}
            description={t("passwordHint", { count: PASSWORD_CHARACTERS_MIN })}
          />
          <Button type="submit" loading={reset.isPending}>
            {t("reset.submit")}
          </Button>
        </Fields>
      )}
    </FormPage>
  );
}

function NoLink({ title }: { title: string }) {
  const { t } = useTranslation("account");
  return (
    <FormPage title={title}>
      <Notice
        tone="caution"
        title={t("reset.noLinkTitle")}
        actions={
          <LinkButton to={paths.forgotPassword()} variant="default">
            {t("forgot.submit")}
          </LinkButton>
        }
      >
        {t("reset.noLink")}
      </Notice>
    </FormPage>
  );
}
