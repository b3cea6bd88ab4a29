import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useNavigate } from "react-router";

import {
  type OrderView,
  type PurchaseAsked,
  type PurchaseView,
  postTicketsPurchase,
} from "@/api/generated/tickets";
import { rememberOrderAccess } from "@/api/orderAccess";
import type { ApiProblem } from "@/api/problem";
import { newIdempotencyKey, under } from "@/api/request";
import { paths } from "@/paths";

/** What the bank wants to see happens on its own page; replaced in tests. */
export const browser = { leaveTo: (address: string) => window.location.assign(address) };

/**
 * Buy once, however often the button is pressed.
 *
 * The key stays the same until the server has refused for good: after a lost connection the same
 * question is asked again, and answered with what came of the first.
 */
export function usePurchase(
  eventId: number,
  onWaiting: (order: OrderView) => Promise<void> | void,
) {
  const key = useRef<string | null>(null);
  const waiting = useRef<PurchaseView | null>(null);
  const navigate = useNavigate();
  const queries = useQueryClient();
  return useMutation<PurchaseView, ApiProblem, PurchaseAsked>({
    mutationFn: async (asked) => {
      // A card that the provider's fields refused leaves the order open for another one.
      if (waiting.current !== null) return waiting.current;
      key.current ??= newIdempotencyKey();
      return postTicketsPurchase(asked, under(key.current, eventId));
    },
    onSuccess: async (bought) => {
      const { order } = bought;
      if (order.access_token !== null) rememberOrderAccess(order.code, order.access_token);
      if (order.next_action?.client_secret && !order.next_action.url) {
        waiting.current = bought;
        await onWaiting(order);
      }
      if (order.next_action?.url) {
        browser.leaveTo(order.next_action.url);
        return;
      }
      await navigate(paths.order(order.code), { replace: true });
      await queries.invalidateQueries();
    },
    onError: (problem) => {
      const isFinal = problem.status >= 400 && problem.status < 500;
      if (isFinal) key.current = null;
    },
  });
}
