"""The payment port on Stripe's API, through the official SDK.

The same adapter talks to the live provider, to its test mode and to the local sandbox; only the
key and the address differ. It relies on these documented behaviours of the provider:

- **Idempotent requests.** For at least 24 hours the same `Idempotency-Key` with the same
  parameters gives the stored first answer, marked `Idempotent-Replayed: true`, a decline and even
  a 500 included; with other parameters 400 `idempotency_error`; while the first is still running
  409. A request refused in validation stores nothing. So repeating the creation of an intent is
  safe and settles whether the first call arrived.
- A replayed answer is as old as the first call, so after one the intent is read again by its id.
- **A stored 500 stays a 500** for its key. Then the search by our metadata decides. The search
  lags behind by up to a minute, hence `search_settle_seconds`.
- **An intent is paid once.** Cancelling is refused (`payment_intent_unexpected_state`) when it
  has succeeded, which is how `void` notices that it came too late.
- The list of refunds of an intent is consistent at once; only the search is not.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Unpack

from guichet.kernel import clock
from guichet.tickets.payments.port import (
    BUYER_CHOOSES,
    OrderToCharge,
    PaymentOutcome,
    PaymentResult,
    RefundOutcome,
    RefundResult,
    WebhookEvent,
    WebhookRejected,
)
from guichet.tickets.payments.stripe_books import StripeBooks
from guichet.tickets.payments.stripe_calls import RefusedError, StripeCalls, UnclearError
from guichet.tickets.payments.stripe_results import (
    CHOSEN_BY,
    Intent,
    Page,
    Refund,
    best_first,
    declined,
    refund_result_of,
    result_of,
)
from guichet.tickets.payments.webhook import read_webhook

log = logging.getLogger(__name__)

KEY_LIFE = timedelta(hours=23)
"""Keys live 24 hours at the provider; an hour is kept for clocks that differ."""
REFUND_TRIES_MAX = 5


INTENTS = "/v1/payment_intents"
REFUNDS = "/v1/refunds"


class StripeProvider:
    """`PaymentProvider` on Stripe. Times are in seconds; build it inside a running event loop."""

    def __init__(
        self,
        *,
        api_key: str,
        webhook_secret: str,
        api_url: str = "",
        charge_seconds_max: float = 25.0,
        call_seconds_max: float = 10.0,
        search_settle_seconds: float = 60.0,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        """Connect lazily to `api_url`, or to the live provider where it is empty."""
        self._api_key = api_key
        self._webhook_secret = webhook_secret
        self._charge_seconds_max = charge_seconds_max
        self._search_settle = timedelta(seconds=search_settle_seconds)
        self._now = now
        self._calls = StripeCalls(api_key, api_url, call_seconds_max, charge_seconds_max)
        self.books = StripeBooks(self._calls)

    @property
    def test_mode(self) -> bool:
        """Whether the key moves no real money."""
        return self._api_key.startswith(("sk_test_", "rk_test_"))

    async def charge(self, *, order_key: str, **order: Unpack[OrderToCharge]) -> PaymentResult:
        """Create and confirm an intent in one call; see `PaymentProvider.charge`."""
        try:
            return await self._create(order_key, order)
        except UnclearError:
            return PaymentResult(PaymentOutcome.UNKNOWN)

    async def find(
        self,
        *,
        order_key: str,
        intent_id: str | None,
        first_tried_at: datetime | None = None,
        **order: Unpack[OrderToCharge],
    ) -> PaymentResult:
        """Ask by id, else repeat the creation, else search; see `PaymentProvider.find`.

        Once the key may have expired at the provider, repeating could charge twice, so the search
        alone decides. It ends `DECLINED` (`never_charged`) where the provider has nothing.
        """
        if intent_id is not None:
            return await self._look_at(intent_id)
        age = timedelta(0) if first_tried_at is None else self._now() - first_tried_at
        try:
            if age <= KEY_LIFE:
                return await self._create(order_key, order)
        except UnclearError as error:
            if not error.stored:
                return PaymentResult(PaymentOutcome.UNKNOWN)
        return await self._search(order_key, settled=age > self._search_settle)

    async def void(self, *, intent_id: str) -> PaymentResult:
        """Cancel; where that is refused, the intent itself says why."""
        try:
            reply = await self._calls.call(Intent, "post", f"{INTENTS}/{intent_id}/cancel")
        except RefusedError:
            return await self._look_at(intent_id)
        except UnclearError:
            return PaymentResult(PaymentOutcome.UNKNOWN, intent_id)
        return result_of(reply.shape)

    async def refund(
        self,
        *,
        refund_key: str,
        intent_id: str,
        amount_minor: int,
        first_tried_at: datetime | None = None,
    ) -> RefundResult:
        """Refund by a key of the provider; past its life, the list of refunds is asked first.

        A stored 500 blocks its key, so after one the (consistent) list is asked, and the refund
        is tried under the next key of the same family where it is not there.
        """
        try:
            if first_tried_at is not None and self._now() - first_tried_at > KEY_LIFE:
                known = await self._refund_in_list(refund_key, intent_id)
                if known is not None:
                    return known
            return await self._refund_once(refund_key, intent_id, amount_minor)
        except UnclearError:
            return RefundResult(RefundOutcome.UNKNOWN)

    def read_webhook(self, payload: bytes, signature: str, now: datetime) -> WebhookEvent:
        """Verify and read a message; see `webhook.read_webhook`.

        A message of the other mode is refused: a test must not move what is sold for real.
        """
        message = read_webhook(payload, signature, now, self._webhook_secret)
        if message.live == self.test_mode:
            raise WebhookRejected("The message is of the provider's other mode.")
        return message

    async def close(self) -> None:
        """Close the connections."""
        await self._calls.close()

    async def _create(self, order_key: str, order: OrderToCharge) -> PaymentResult:
        """Create and confirm. Raises `UnclearError`."""
        try:
            reply = await self._calls.call(
                Intent,
                "post",
                INTENTS,
                _creation(order_key, order),
                key=f"charge:{order_key}",
                seconds_max=self._charge_seconds_max,
            )
        except RefusedError as refused:
            result = declined(refused.problem)
            if not refused.card:
                # Nothing was made: an amount, a method or an address that it cannot use.
                log.warning("the payment provider refused a charge: %s", result.decline_code)
            if result.intent_id is not None and refused.replayed:
                return await self._look_at(result.intent_id)
            return result
        if reply.replayed:
            return await self._look_at(reply.shape.id)
        return result_of(reply.shape)

    async def _look_at(self, intent_id: str) -> PaymentResult:
        """Read an intent as it stands now."""
        try:
            reply = await self._calls.call(
                Intent, "get", f"{INTENTS}/{intent_id}", {"expand": ["latest_charge"]}
            )
        except RefusedError:
            # Another account's key, or a sandbox that was emptied: a person has to look.
            log.error("the payment provider does not know intent %s", intent_id)
        except UnclearError:
            pass
        else:
            return result_of(reply.shape)
        return PaymentResult(PaymentOutcome.UNKNOWN, intent_id)

    async def _search(self, order_key: str, *, settled: bool) -> PaymentResult:
        """Find by our metadata. `settled`: the provider's index must contain it by now."""
        quoted = order_key.replace("\\", "\\\\").replace("'", "\\'")
        try:
            reply = await self._calls.call(
                Page[Intent],
                "get",
                f"{INTENTS}/search",
                {
                    "query": f"metadata['order_key']:'{quoted}'",
                    "expand": ["data.latest_charge"],
                },
            )
        except (RefusedError, UnclearError):
            return PaymentResult(PaymentOutcome.UNKNOWN)
        found = sorted(map(result_of, reply.shape.data), key=best_first)
        if found:
            return found[0]
        if not settled:
            return PaymentResult(PaymentOutcome.UNKNOWN)
        return PaymentResult(PaymentOutcome.DECLINED, decline_code="never_charged")

    async def _refund_once(
        self, refund_key: str, intent_id: str, amount_minor: int
    ) -> RefundResult:
        """Refund under the first key of the family that is not blocked. Raises `UnclearError`."""
        for number in range(1, REFUND_TRIES_MAX + 1):
            key = f"refund:{refund_key}" if number == 1 else f"refund:{refund_key}:{number}"
            try:
                reply = await self._calls.call(
                    Refund,
                    "post",
                    REFUNDS,
                    {
                        "payment_intent": intent_id,
                        "amount": amount_minor,
                        "reason": "requested_by_customer",
                        "metadata": {"refund_key": refund_key},
                    },
                    key=key,
                )
                if reply.replayed:
                    reply = await self._calls.call(Refund, "get", f"{REFUNDS}/{reply.shape.id}")
                return refund_result_of(reply.shape)
            except RefusedError as refused:
                known = await self._refund_in_list(refund_key, intent_id)
                reason = refused.problem.code or "refused"
                return known or RefundResult(RefundOutcome.REFUSED, reason=reason)
            except UnclearError as error:
                if not error.stored:
                    raise
                known = await self._refund_in_list(refund_key, intent_id)
                if known is not None:
                    return known
        raise UnclearError(stored=True)

    async def _refund_in_list(self, refund_key: str, intent_id: str) -> RefundResult | None:
        """Find a refund of the intent by our metadata. Raises `UnclearError`."""
        params = {"payment_intent": intent_id, "limit": 100}
        while True:
            try:
                reply = await self._calls.call(Page[Refund], "get", REFUNDS, params)
            except RefusedError:
                return None
            for refund in reply.shape.data:
                if (refund.metadata or {}).get("refund_key") == refund_key:
                    return refund_result_of(refund)
            if not reply.shape.has_more:
                return None
            params["starting_after"] = reply.shape.data[-1].id


def _creation(order_key: str, order: OrderToCharge) -> dict[str, Any]:
    content: dict[str, Any] = {
        "amount": order["amount_minor"],
        "currency": order["currency"].lower(),
        "automatic_payment_methods": {"enabled": True},
        "description": order["description"],
        "metadata": {
            "order_id": str(order["order_id"]),
            "order_code": order["order_code"],
            "order_key": order_key,
        },
        "expand": ["latest_charge"],
    }
    if order["method"] == BUYER_CHOOSES:
        content["metadata"][CHOSEN_BY] = BUYER_CHOOSES
        return content
    return {
        **content,
        "payment_method": order["method"],
        "confirm": True,
        "return_url": order["return_url"],
    }
