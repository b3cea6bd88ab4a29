import { zodResolver } from "@hookform/resolvers/zod";
import { Button } from "@mantine/core";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";

import { usePostTicketsOrdersAccessLink } from "@/api/generated/tickets";
import { ErrorState, Notice, Page, PageHeader, TextField } from "@/ui";

import classes from "./Order.module.css";

/** For whom bought without an account: links to the orders, by mail. */
export function Component() {
  const { t } = useTranslation("order");
  const { t: common } = useTranslation();
  const form = useForm<{ email: string }>({
    resolver: zodResolver(
      z.object({
        email: z
          .string()
          .trim()
          .pipe(z.email(common("form.email"))),
      }),
    ),
    defaultValues: { email: "" },
  });
  const ask = usePostTicketsOrdersAccessLink();
  const submit = form.handleSubmit((data) => ask.mutate({ data }));
  return (
    <Page title={t("find.title")} width="text">
      <PageHeader title={t("find.title")} lead={t("find.lead")} />
      {ask.isSuccess ? (
        <Notice tone="good" isAnnounced title={t("find.sentTitle")}>
          {ask.data.message}
        </Notice>
      ) : (
        <form
          noValidate
          className={classes.form}
          onSubmit={(submission) => {
            submission.preventDefault();
            void submit();
          }}
        >
          {ask.isError && <ErrorState error={ask.error} />}
          <TextField
            form={form}
            name="email"
            type="email"
            label={t("find.email")}
            autoComplete="email"
          />
          <Button type="submit" loading={ask.isPending}>
            {t("find.submit")}
          </Button>
        </form>
      )}
    </Page>
  );
}
