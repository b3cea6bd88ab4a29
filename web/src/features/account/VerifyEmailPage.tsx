import { zodResolver } from "@hookform/resolvers/zod";
import { Button } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";

import { usePostAuthEmailVerify } from "@/api/generated/auth";
import { updateUser } from "@/api/session";
import { paths } from "@/paths";
import { ErrorState, LinkButton, LoadingLines, Notice, PasswordField } from "@/ui";

import { Fields, FormPage } from "./FormPage";
import { useMailedToken } from "./useMailedToken";

/** The link of the mail was opened: confirm the address; a new address takes the password too. */
export function Component() {
  const { t } = useTranslation("account");
  const token = useMailedToken();
  const verify = usePostAuthEmailVerify();
  const wasAsked = useRef(false);
  const { mutate } = verify;
  const ask = (password: string) =>
    mutate(
      { data: { token: token ?? "", password } },
      { onSuccess: ({ user }) => updateUser(user) },
    );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the link is opened once
  useEffect(() => {
    if (token === null || wasAsked.current) return;
    wasAsked.current = true;
    ask("");
  }, []);
  const asksPassword = verify.error?.code === "wrong_password";
  return (
    <FormPage title={t("verify.title")}>
      {token === null && (
        <Notice tone="caution" title={t("verify.noLinkTitle")}>
          {t("verify.noLink")}
        </Notice>
      )}
      {verify.isPending && !asksPassword && <LoadingLines lines={2} />}
      {verify.isSuccess && (
        <Notice
          tone="good"
          isAnnounced
          title={t("verify.doneTitle")}
          actions={<LinkButton to={paths.home()}>{t("verify.goOn")}</LinkButton>}
        >
          {t("verify.done")}
        </Notice>
      )}
      {verify.isError && !asksPassword && <ErrorState error={verify.error} />}
      {asksPassword && <PasswordForm isBusy={verify.isPending} onSubmit={ask} />}
    </FormPage>
  );
}

function PasswordForm({ isBusy, onSubmit }: { isBusy: boolean; onSubmit: (word: string) => void }) {
  const { t } = useTranslation("account");
  const { t: common } = useTranslation();
  const form = useForm<{ password: string }>({
    resolver: zodResolver(z.object({ password: z.string().min(1, common("form.required")) })),
    defaultValues: { password: "" },
  });
  return (
    <Fields onSubmit={form.handleSubmit(({ password }) => onSubmit(password))}>
      <p>{t("verify.password")}</p>
      <PasswordField
        form={form}
        name="password"
        autoComplete="current-password"
        label={t("password")}
      />
      <Button type="submit" loading={isBusy}>
        {t("verify.submit")}
      </Button>
    </Fields>
  );
}
