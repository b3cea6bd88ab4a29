import { type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { HoldView, OrderView, PaymentConfigView } from "@/api/generated/tickets";
import { ApiProblem } from "@/api/problem";
import { useLanguage } from "@/i18n/useLanguage";
import { paths } from "@/paths";
import { ErrorState, Skeleton } from "@/ui";

import classes from "./Checkout.module.css";
import { loadProvider, type ProviderElements, type ProviderScript } from "./providerScript";

export interface ProviderPayment {
  /** Whether the buyer has filled in what the provider asks; its own sentences say what lacks. */
  isComplete: () => Promise<boolean>;
  /** Have the provider take the payment; throws `ApiProblem` with its reason where it does not. */
  confirm: (order: OrderView) => Promise<void>;
}

interface ProviderFieldsProps {
  config: PaymentConfigView;
  hold: HoldView;
  ref: Ref<ProviderPayment>;
}

/** The provider's own fields in its own frame: card data go from there to it, never through us. */
export function ProviderFields({ config, hold, ref }: ProviderFieldsProps) {
  const { t } = useTranslation("checkout");
  const language = useLanguage();
  const place = useRef<HTMLDivElement>(null);
  const parts = useRef<{ provider: ProviderScript; elements: ProviderElements } | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isReady, setReady] = useState(false);
  const { publishable_key } = config;
  useEffect(() => {
    let isMounted = true;
    loadProvider(publishable_key ?? "", language)
      .then((provider) => {
        if (!isMounted || place.current === null) return;
        const elements = provider.elements({
          mode: "payment",
          amount: Math.round(Number(hold.total) * 100),
          currency: hold.currency.toLowerCase(),
        });
        const element = elements.create("payment");
        element.on("ready", () => setReady(true));
        element.mount(place.current);
        parts.current = { provider, elements };
      })
      .catch(setError);
    return () => {
      isMounted = false;
    };
  }, [publishable_key, language, hold.total, hold.currency]);
  useImperativeHandle(ref, () => ({
    isComplete: async () => {
      const submitted = await parts.current?.elements.submit();
      return submitted !== undefined && submitted.error === undefined;
    },
    confirm: async (order) => {
      if (parts.current === null) return;
      const { provider, elements } = parts.current;
      const { error: refusal } = await provider.confirmPayment({
        elements,
        clientSecret: order.next_action?.client_secret ?? "",
        confirmParams: { return_url: window.location.origin + paths.order(order.code) },
        redirect: "if_required",
      });
      if (refusal) throw new ApiProblem(402, refusal.code ?? "payment_declined", refusal.message);
    },
  }));
  if (error !== null) return <ErrorState error={error} />;
  return (
    <div className={classes.element}>
      {!isReady && <Skeleton height={220} />}
      <div ref={place} />
      <p className={classes.quiet}>{t("payment.provider")}</p>
    </div>
  );
}
