import { useEffect, useRef, useState } from "react";

import {
  type PurchaseView,
  postTicketsOrdersByCodePaymentCheck,
  useGetTicketsOrdersByCode,
} from "@/api/generated/tickets";
import { orderAccess, rememberOrderAccess } from "@/api/orderAccess";
import { useSession } from "@/api/useSession";

const OFTEN_MILLISECONDS = 1_500;
const SELDOM_MILLISECONDS = 5_000;
const OFTEN_TIMES = 20;

const UNSETTLED = ["pending", "awaiting_payment"];

export function isSettled(bought: PurchaseView | undefined): boolean {
  return bought !== undefined && !UNSETTLED.includes(bought.order.status);
}

/**
 * An order that is read until it is settled.
 *
 * The link of a mail carries its secret behind the `#`; it is kept for this tab and taken out of
 * the address, so that what is copied from there opens nothing.
 */
export function useOrder(code: string) {
  const access = useLinkAccess(code);
  const isKnown = useSession().status !== "unknown";
  const order = useGetTicketsOrdersByCode(code, access ? { access } : undefined, {
    query: {
      enabled: isKnown,
      refetchInterval: ({ state }) => {
        if (state.data === undefined || isSettled(state.data)) return false;
        return state.dataUpdateCount < OFTEN_TIMES ? OFTEN_MILLISECONDS : SELDOM_MILLISECONDS;
      },
    },
  });
  useAskProvider(code, access, order.data?.order.status === "awaiting_payment");
  return { order, access };
}

function useLinkAccess(code: string): string | undefined {
  const [access] = useState(() => {
    const given = new URLSearchParams(window.location.hash.slice(1)).get("access");
    if (given !== null) {
      rememberOrderAccess(code, given);
      window.history.replaceState(window.history.state, "", window.location.pathname);
    }
    return given ?? orderAccess(code);
  });
  return access;
}

/** Back from the bank's page: have the provider asked at once whether it went well. */
function useAskProvider(code: string, access: string | undefined, isWaiting: boolean): void {
  const wasAsked = useRef(false);
  useEffect(() => {
    if (!isWaiting || wasAsked.current) return;
    wasAsked.current = true;
    // Where it cannot be asked now, the server asks by itself a little later.
    postTicketsOrdersByCodePaymentCheck(code, access ? { access } : undefined).catch(
      () => undefined,
    );
  }, [code, access, isWaiting]);
}
