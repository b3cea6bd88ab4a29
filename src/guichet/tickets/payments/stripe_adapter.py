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

import asyncio
import logging
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Literal, Unpack

import aiohttp
import stripe
from stripe import StripeResponse
from stripe.params import PaymentIntentCreateParams

from guichet.tickets.payments.port import (
    OrderToCharge,
    PaymentOutcome,
    PaymentResult,
    RefundOutcome,
    RefundResult,
    WebhookEvent,
)
from guichet.tickets.payments.stripe_results import (
    best_first,
    declined,
    refund_result_of,
    result_of,
)
from guichet.tickets.payments.webhook import read_webhook

log = logging.getLogger(__name__)

# It would write an identifier into the home folder and time every call.
stripe.enable_telemetry = False

CONNECTIONS_MAX = 256
KEY_LIFE = timedelta(hours=23)
"""Keys live 24 hours at the provider; an hour is kept for clocks that differ."""
REFUND_TRIES_MAX = 5


class _UnclearError(Exception):
    """The provider gave no usable answer; whether it acted is unknown."""

    def __init__(self, *, stored: bool) -> None:
        super().__init__()
        self.stored = stored
        """Repeating the call under its key would only give the same again."""


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
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Connect lazily to `api_url`, or to the live provider where it is empty."""
        self._api_key = api_key
        self._webhook_secret = webhook_secret
        self._charge_seconds_max = charge_seconds_max
        self._call_seconds_max = call_seconds_max
        self._search_settle = timedelta(seconds=search_settle_seconds)
        self._now = now
        secure: ssl.SSLContext | Literal[False] = False
        if not api_url.startswith("http://"):
            secure = ssl.create_default_context(cafile=stripe.ca_bundle_path)
        connector = aiohttp.TCPConnector(limit=CONNECTIONS_MAX, ssl=secure)
        self._session = aiohttp.ClientSession(connector=connector)
        client = stripe.StripeClient(
            api_key,
            base_addresses={"api": api_url.rstrip("/")} if api_url else None,
            http_client=stripe.AIOHTTPClient(
                timeout=aiohttp.ClientTimeout(total=charge_seconds_max), session=self._session
            ),
            # The saga repeats, with a pause and after storing what it knows.
            max_network_retries=0,
        )
        self._intents = client.v1.payment_intents
        self._refunds = client.v1.refunds

    @property
    def test_mode(self) -> bool:
        """Whether the key moves no real money."""
        return self._api_key.startswith(("sk_test_", "rk_test_"))

    async def charge(self, *, order_key: str, **order: Unpack[OrderToCharge]) -> PaymentResult:
        """Create and confirm an intent in one call; see `PaymentProvider.charge`."""
        try:
            return await self._create(order_key, order)
        except _UnclearError:
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
        except _UnclearError as error:
            if not error.stored:
                return PaymentResult(PaymentOutcome.UNKNOWN)
        return await self._search(order_key, settled=age > self._search_settle)

    async def void(self, *, intent_id: str) -> PaymentResult:
        """Cancel; where that is refused, the intent itself says why."""
        try:
            async with self._asking("void"):
                await self._intents.cancel_async(intent_id)
        except stripe.InvalidRequestError:
            return await self._look_at(intent_id)
        except _UnclearError:
            return PaymentResult(PaymentOutcome.UNKNOWN, intent_id)
        return PaymentResult(PaymentOutcome.DECLINED, intent_id, decline_code="canceled")

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
        except _UnclearError:
            return RefundResult(RefundOutcome.UNKNOWN)

    def read_webhook(self, payload: bytes, signature: str, now: datetime) -> WebhookEvent:
        """Verify and read a message; see `webhook.read_webhook`."""
        return read_webhook(payload, signature, now, self._webhook_secret)

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def _create(self, order_key: str, order: OrderToCharge) -> PaymentResult:
        """Create and confirm. Raises `_UnclearError`."""
        try:
            async with self._asking("charge", self._charge_seconds_max):
                intent = await self._intents.create_async(
                    _creation(order_key, order), {"idempotency_key": f"charge:{order_key}"}
                )
                if not _was_replayed(intent.last_response):
                    return result_of(intent)
        except stripe.CardError as error:
            result = declined(error)
            if result.intent_id is not None and _is_replayed(error):
                return await self._look_at(result.intent_id)
            return result
        except stripe.InvalidRequestError as error:
            # Refused before anything was made: an amount, a method or an address it cannot use.
            log.warning("the payment provider refused a charge: %s", error.code)
            return PaymentResult(PaymentOutcome.DECLINED, decline_code=error.code or "refused")
        return await self._look_at(intent.id)

    async def _look_at(self, intent_id: str) -> PaymentResult:
        """Read an intent as it stands now."""
        try:
            async with self._asking("find"):
                return result_of(
                    await self._intents.retrieve_async(intent_id, {"expand": ["latest_charge"]})
                )
        except (_UnclearError, stripe.InvalidRequestError, stripe.CardError) as error:
            if isinstance(error, stripe.InvalidRequestError):
                # Another account's key, or a sandbox that was emptied: a person has to look.
                log.error("the payment provider does not know intent %s", intent_id)
            return PaymentResult(PaymentOutcome.UNKNOWN, intent_id)

    async def _search(self, order_key: str, *, settled: bool) -> PaymentResult:
        """Find by our metadata. `settled`: the provider's index must contain it by now."""
        quoted = order_key.replace("\\", "\\\\").replace("'", "\\'")
        query = f"metadata['order_key']:'{quoted}'"
        try:
            async with self._asking("search"):
                page = await self._intents.search_async(
                    {"query": query, "expand": ["data.latest_charge"]}
                )
                found = sorted((result_of(intent) for intent in page.data), key=best_first)
        except (_UnclearError, stripe.InvalidRequestError, stripe.CardError):
            return PaymentResult(PaymentOutcome.UNKNOWN)
        if found:
            return found[0]
        if not settled:
            return PaymentResult(PaymentOutcome.UNKNOWN)
        return PaymentResult(PaymentOutcome.DECLINED, decline_code="never_charged")

    async def _refund_once(
        self, refund_key: str, intent_id: str, amount_minor: int
    ) -> RefundResult:
        """Refund under the first key of the family that is not blocked. Raises `_UnclearError`."""
        for number in range(1, REFUND_TRIES_MAX + 1):
            key = f"refund:{refund_key}" if number == 1 else f"refund:{refund_key}:{number}"
            try:
                async with self._asking("refund"):
                    refund = await self._refunds.create_async(
                        {
                            "payment_intent": intent_id,
                            "amount": amount_minor,
                            "reason": "requested_by_customer",
                            "metadata": {"refund_key": refund_key},
                        },
                        {"idempotency_key": key},
                    )
                    if _was_replayed(refund.last_response):
                        refund = await self._refunds.retrieve_async(refund.id)
                    return refund_result_of(refund)
            except (stripe.InvalidRequestError, stripe.CardError) as error:
                known = await self._refund_in_list(refund_key, intent_id)
                return known or RefundResult(RefundOutcome.REFUSED, reason=error.code or "refused")
            except _UnclearError as error:
                known = await self._refund_in_list(refund_key, intent_id) if error.stored else None
                if known is not None:
                    return known
                if not error.stored:
                    raise
        raise _UnclearError(stored=True)

    async def _refund_in_list(self, refund_key: str, intent_id: str) -> RefundResult | None:
        """Find a refund of the intent by our metadata. Raises `_UnclearError`."""
        try:
            async with self._asking("refunds"):
                page = await self._refunds.list_async({"payment_intent": intent_id, "limit": 100})
                async for refund in page.auto_paging_iter():
                    metadata = refund.metadata
                    if (
                        metadata
                        and "refund_key" in metadata
                        and (metadata["refund_key"] == refund_key)
                    ):
                        return refund_result_of(refund)
        except stripe.InvalidRequestError:
            return None
        return None

    @asynccontextmanager
    async def _asking(self, what: str, seconds_max: float | None = None) -> AsyncGenerator[None]:
        """Bound the time of a call and turn every trouble of the provider into `_UnclearError`.

        Its clear refusals (`CardError`, `InvalidRequestError`) pass. The SDK wraps most errors of
        the connection, but not those while the answer's body is read.
        """
        try:
            async with asyncio.timeout(seconds_max or self._call_seconds_max):
                yield
        except (stripe.CardError, stripe.InvalidRequestError):
            raise
        except stripe.StripeError as error:
            stored = isinstance(error, stripe.IdempotencyError) or _is_replayed(error)
            log.warning(
                "the payment provider failed at %s: %s, status %s, request %s",
                what,
                type(error).__name__,
                error.http_status,
                error.request_id,
            )
            raise _UnclearError(stored=stored) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            log.warning("the payment provider failed at %s: %s", what, type(error).__name__)
            raise _UnclearError(stored=False) from error
        except (AttributeError, KeyError, TypeError) as error:
            # Something else than the provider answered, a proxy's page for instance.
            log.exception("the payment provider's answer at %s is not understood", what)
            raise _UnclearError(stored=False) from error


def _creation(order_key: str, order: OrderToCharge) -> PaymentIntentCreateParams:
    return {
        "amount": order["amount_minor"],
        "currency": order["currency"].lower(),
        "payment_method": order["method"],
        "confirm": True,
        "automatic_payment_methods": {"enabled": True},
        "return_url": order["return_url"],
        "description": order["description"],
        "metadata": {
            "order_id": str(order["order_id"]),
            "order_code": order["order_code"],
            "order_key": order_key,
        },
        "expand": ["latest_charge"],
    }


def _was_replayed(response: StripeResponse | None) -> bool:
    return response is not None and response.headers.get("Idempotent-Replayed") == "true"


def _is_replayed(error: stripe.StripeError) -> bool:
    return (error.headers or {}).get("Idempotent-Replayed") == "true"
