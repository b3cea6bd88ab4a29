import { zodResolver } from "@hookform/resolvers/zod";
import { Button } from "@mantine/core";
import { useRef } from "react";
import { type UseFormReturn, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import {
  type HoldAnswer,
  type PaymentConfigView,
  useGetTicketsPaymentsConfig,
} from "@/api/generated/tickets";
import { useUser } from "@/api/useSession";
import { formatMoney } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { paths } from "@/paths";
import { ErrorState, LoadingLines, Notice, TextField } from "@/ui";

import { CardFields } from "./CardFields";
import classes from "./Checkout.module.css";
import { EMPTY, guestOf, paymentOf, rules, type Values } from "./form";
import { HoldBar } from "./HoldBar";
import { ProviderFields, type ProviderPayment } from "./ProviderFields";
import { usePurchase } from "./usePurchase";

interface PaymentFormProps {
  answer: HoldAnswer;
  receivedAt: number;
  onEnd: () => void;
}

type Way = "free" | "card" | "provider" | "none";

/** How this order can be paid: typed in here with a test card, or by the provider's own fields. */
function wayOf(total: string, config: PaymentConfigView): Way {
  if (Number(total) === 0) return "free";
  if (config.mode === "sandbox") return "card";
  if (config.publishable_key !== null) return "provider";
  return config.mode === "test" ? "card" : "none";
}

/** Who buys and how it is paid; the hold's clock runs above it. */
export function PaymentForm({ answer, receivedAt, onEnd }: PaymentFormProps) {
  const config = useGetTicketsPaymentsConfig({ query: { staleTime: Number.POSITIVE_INFINITY } });
  if (config.isError) {
    return <ErrorState error={config.error} retry={() => void config.refetch()} />;
  }
  if (config.isPending) return <LoadingLines lines={5} height={48} />;
  return (
    <Form
      answer={answer}
      receivedAt={receivedAt}
      onEnd={onEnd}
      config={config.data}
      way={wayOf(answer.hold.total, config.data)}
    />
  );
}

function Form(props: PaymentFormProps & { config: PaymentConfigView; way: Way }) {
  const { answer, receivedAt, onEnd, config, way } = props;
  const { t } = useTranslation("checkout");
  const { t: common } = useTranslation();
  const language = useLanguage();
  const user = useUser();
  const provider = useRef<ProviderPayment | null>(null);
  const wanted = { asksBuyer: user === null, asksCard: way === "card" };
  const form = useForm<Values>({
    resolver: zodResolver(rules(common, t, wanted)),
    defaultValues: EMPTY,
  });
  const purchase = usePurchase(answer.hold.event_id, (order) => provider.current?.confirm(order));
  const isBusy = purchase.isPending || purchase.isSuccess;
  const submit = form.handleSubmit(async (values) => {
    if (isBusy) return;
    if (way === "provider" && !(await provider.current?.isComplete())) return;
    purchase.mutate({
      hold_id: answer.hold.id,
      guest: guestOf(values, wanted, language),
      payment: way === "provider" ? { client: true } : paymentOf(values, wanted),
    });
  });
  const total = formatMoney(answer.hold.total, answer.hold.currency, language);
  return (
    <>
      <HoldBar answer={answer} receivedAt={receivedAt} onEnd={onEnd} isPaying={isBusy} />
      <form
        noValidate
        className={classes.fields}
        onSubmit={(submission) => {
          submission.preventDefault();
          void submit();
        }}
      >
        <Buyer form={form} answer={answer} />
        {way !== "free" && (
          <section className={classes.part}>
            <h2>{t("payment.title")}</h2>
            {way === "card" && <CardFields form={form} />}
            {way === "provider" && (
              <ProviderFields ref={provider} config={config} hold={answer.hold} />
            )}
            {way === "none" && <Notice tone="bad" title={t("payment.none")} />}
          </section>
        )}
        {purchase.isError && <Refused error={purchase.error} />}
        <Button type="submit" size="lg" loading={isBusy} disabled={way === "none"}>
          {way === "free" ? t("payment.submitFree") : t("payment.submit", { total })}
        </Button>
        <p className={classes.quiet}>{t("payment.safe")}</p>
      </form>
    </>
  );
}

function Refused({ error }: { error: unknown }) {
  const { t } = useTranslation("checkout");
  return (
    <div className={classes.refused}>
      <ErrorState error={error} />
      <p>{t("payment.kept")}</p>
    </div>
  );
}

/** The account that buys, or the name and address of somebody without one. */
function Buyer({ form, answer }: { form: UseFormReturn<Values>; answer: HoldAnswer }) {
  const { t } = useTranslation("checkout");
  const user = useUser();
  if (user !== null) {
    return (
      <section className={classes.part}>
        <h2>{t("buyer.title")}</h2>
        <p>
          {user.name} · {user.email}
        </p>
      </section>
    );
  }
  const here = paths.checkout(answer.hold.id);
  return (
    <section className={classes.part}>
      <h2>{t("buyer.title")}</h2>
      <p className={classes.quiet}>
        {t("buyer.guest")} <Link to={paths.signIn(here)}>{t("buyer.signIn")}</Link>
        {" · "}
        <Link to={paths.register(here)}>{t("buyer.register")}</Link>
      </p>
      <TextField form={form} name="name" label={t("buyer.name")} autoComplete="name" />
      <TextField
        form={form}
        name="email"
        type="email"
        label={t("buyer.email")}
        description={t("buyer.emailHint")}
        autoComplete="email"
      />
    </section>
  );
}
