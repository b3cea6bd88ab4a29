import { useTranslation } from "react-i18next";
import { useParams } from "react-router";

import { OrderDetails } from "@/orders/OrderDetails";

import { SalesPage } from "./SalesPage";

/** One order of an event, with what its organiser may do about it. */
export function Component() {
  const { t } = useTranslation("event-sales");
  const code = useParams().code ?? "";
  return (
    <SalesPage title={t("orders.one", { code })}>
      <OrderDetails code={code} />
    </SalesPage>
  );
}
