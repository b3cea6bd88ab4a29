import { Button, Loader } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { OrderView } from "@/api/generated/tickets";

import classes from "./Order.module.css";

/** The payment's outcome is on its way: says so, stays true, and asks nothing but patience. */
export function Settling({ order }: { order: OrderView }) {
  const { t } = useTranslation("order");
  const bank = order.next_action?.url;
  return (
    <div className={classes.settling}>
      <Loader size="sm" color="var(--accent)" aria-hidden="true" />
      <div>
        <p>{bank ? t("settling.bank") : t("settling.words")}</p>
        {bank && (
          <Button component="a" href={bank} mt="sm">
            {t("settling.toBank")}
          </Button>
        )}
      </div>
    </div>
  );
}
