import { zodResolver } from "@hookform/resolvers/zod";
import { Button, NativeSelect } from "@mantine/core";
import { type UseFormReturn, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";

import type { SellerBodyInput, SellerBodyOutput } from "@/api/generated/tickets";
import { problemOf } from "@/api/problem";
import { useLanguage } from "@/i18n/useLanguage";
import { ErrorState, Notice, Section, showFieldErrors, TextField } from "@/ui";

import { Preview } from "./Preview";
import classes from "./Seller.module.css";
import { bodyOf, countries, NOBODY, type SellerValues, spaceless, valuesOf } from "./values";

type Form = UseFormReturn<SellerValues>;

interface SellerFormProps {
  seller: SellerBodyOutput | undefined;
  organiserId: number | undefined;
  isBusy: boolean;
  isSaved: boolean;
  error: unknown;
  onSave: (body: SellerBodyInput) => Promise<unknown>;
}

/** The details, and what they will look like. */
export function SellerForm(props: SellerFormProps) {
  const { seller, organiserId, isBusy, isSaved, error, onSave } = props;
  const { t } = useTranslation("seller");
  const form = useSellerForm(seller);
  const submit = form.handleSubmit((values) =>
    onSave(bodyOf(values)).catch((problem) => void showFieldErrors(form, problem)),
  );
  const isShownAtField = error !== null && Object.keys(problemOf(error).errors).length > 0;
  return (
    <form onSubmit={submit} noValidate className={classes.form}>
      <Section title={t("identity")}>
        <Identity form={form} />
      </Section>
      <Section title={t("numbers")}>
        <Numbers form={form} />
      </Section>
      <Section title={t("preview.title")}>
        <Preview values={form.watch()} organiserId={organiserId} />
      </Section>
      {error !== null && !isShownAtField && <ErrorState error={error} />}
      {isSaved && !form.formState.isDirty && <Notice tone="good" isAnnounced title={t("saved")} />}
      <Button type="submit" size="lg" loading={isBusy}>
        {t("save")}
      </Button>
    </form>
  );
}

function useSellerForm(seller: SellerBodyOutput | undefined): Form {
  const { t } = useTranslation("seller");
  const { t: common } = useTranslation();
  const needed = z.string().trim().min(1, common("form.required"));
  const schema = z
    .looseObject({
      legal_name: needed,
      address: needed,
      postal_code: needed,
      city: needed,
      registration_number: needed,
      vat_number: z
        .string()
        .transform(spaceless)
        .refine((text) => /^([A-Z]{2}[A-Z0-9]{2,13})?$/.test(text), t("fields.vatWrong")),
      invoice_prefix: z
        .string()
        .transform(spaceless)
        .refine((text) => /^([A-Z][A-Z0-9]{0,9})?$/.test(text), t("fields.prefixWrong")),
    })
    .refine(
      ({ country, registration_number: number }) =>
        country !== "FR" || /^(\d{9}|\d{14})$/.test(spaceless(number)),
      { path: ["registration_number"], message: t("fields.sirenWrong") },
    );
  return useForm<SellerValues>({
    resolver: zodResolver(schema) as never,
    defaultValues: NOBODY,
    values: seller && valuesOf(seller),
  });
}

function Identity({ form }: { form: Form }) {
  const { t } = useTranslation("seller");
  const language = useLanguage();
  return (
    <div className={classes.fields}>
      <TextField
        form={form}
        name="legal_name"
        maxLength={200}
        autoComplete="organization"
        label={t("fields.legal_name")}
        description={t("fields.legal_nameHint")}
      />
      <TextField
        form={form}
        name="address"
        maxLength={200}
        autoComplete="street-address"
        label={t("fields.address")}
      />
      <div className={classes.pair}>
        <TextField
          form={form}
          name="postal_code"
          maxLength={20}
          autoComplete="postal-code"
          label={t("fields.postal_code")}
        />
        <TextField
          form={form}
          name="city"
          maxLength={200}
          autoComplete="address-level2"
          label={t("fields.city")}
        />
      </div>
      <NativeSelect
        {...form.register("country")}
        id="country"
        autoComplete="country"
        label={t("fields.country")}
        data={countries(form.getValues("country"), language)}
      />
    </div>
  );
}

function Numbers({ form }: { form: Form }) {
  const { t } = useTranslation("seller");
  const kind = form.watch("country") === "FR" ? "siren" : "registration";
  return (
    <div className={classes.fields}>
      <TextField
        form={form}
        name="registration_number"
        maxLength={30}
        label={t(`fields.${kind}`)}
        description={t(`fields.${kind}Hint`)}
      />
      <TextField
        form={form}
        name="vat_number"
        maxLength={25}
        isOptional
        label={t("fields.vat_number")}
        description={t("fields.vatHint")}
      />
      <TextField
        form={form}
        name="invoice_prefix"
        maxLength={10}
        isOptional
        label={t("fields.invoice_prefix")}
        description={t("fields.prefixHint")}
      />
    </div>
  );
}
