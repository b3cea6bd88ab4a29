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
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, Literal, NamedTuple, TypeVar, Unpack

import aiohttp
import msgspec
import stripe

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
from guichet.tickets.payments.stripe_results import (
    CHOSEN_BY,
    Failure,
    Intent,
    Page,
    Problem,
    Refund,
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


INTENTS = "/v1/payment_intents"
REFUNDS = "/v1/refunds"

_Shape = TypeVar("_Shape")


class _Reply(NamedTuple, Generic[_Shape]):
    """An answer that was understood; a replayed one is as old as the key's first call."""

    shape: _Shape
    replayed: bool


class _UnclearError(Exception):
    """The provider gave no usable answer; whether it acted is unknown."""

    def __init__(self, *, stored: bool) -> None:
        super().__init__()
        self.stored = stored
        """Repeating the call under its key would only give the same again."""


class _RefusedError(Exception):
    """The provider refused, clearly: a card (`declined`), or a request that it cannot accept."""

    def __init__(self, problem: Problem, *, card: bool, replayed: bool) -> None:
        super().__init__()
        self.problem = problem
        self.card = card
        self.replayed = replayed


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
        self._client = stripe.StripeClient(
            api_key,
            base_addresses={"api": api_url.rstrip("/")} if api_url else None,
            http_client=stripe.AIOHTTPClient(
                # The limit of each call is set where it is made; this one is the net below.
                timeout=aiohttp.ClientTimeout(total=2 * charge_seconds_max),
                session=self._session,
            ),
            # The saga repeats, with a pause and after storing what it knows.
            max_network_retries=0,
        )

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
            reply = await self._call(Intent, "post", f"{INTENTS}/{intent_id}/cancel")
        except _RefusedError:
            return await self._look_at(intent_id)
        except _UnclearError:
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
        except _UnclearError:
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
        await self._session.close()

    async def _create(self, order_key: str, order: OrderToCharge) -> PaymentResult:
        """Create and confirm. Raises `_UnclearError`."""
        try:
            reply = await self._call(
                Intent,
                "post",
                INTENTS,
                _creation(order_key, order),
                key=f"charge:{order_key}",
                seconds_max=self._charge_seconds_max,
            )
        except _RefusedError as refused:
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
            reply = await self._call(
                Intent, "get", f"{INTENTS}/{intent_id}", {"expand": ["latest_charge"]}
            )
        except _RefusedError:
            # Another account's key, or a sandbox that was emptied: a person has to look.
            log.error("the payment provider does not know intent %s", intent_id)
        except _UnclearError:
            pass
        else:
            return result_of(reply.shape)
        return PaymentResult(PaymentOutcome.UNKNOWN, intent_id)

    async def _search(self, order_key: str, *, settled: bool) -> PaymentResult:
        """Find by our metadata. `settled`: the provider's index must contain it by now."""
        quoted = order_key.replace("\\", "\\\\").replace("'", "\\'")
        try:
            reply = await self._call(
                Page[Intent],
                "get",
                f"{INTENTS}/search",
                {
                    "query": f"metadata['order_key']:'{quoted}'",
                    "expand": ["data.latest_charge"],
                },
            )
        except (_RefusedError, _UnclearError):
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
        """Refund under the first key of the family that is not blocked. Raises `_UnclearError`."""
        for number in range(1, REFUND_TRIES_MAX + 1):
            key = f"refund:{refund_key}" if number == 1 else f"refund:{refund_key}:{number}"
            try:
                reply = await self._call(
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
                    reply = await self._call(Refund, "get", f"{REFUNDS}/{reply.shape.id}")
                return refund_result_of(reply.shape)
            except _RefusedError as refused:
                known = await self._refund_in_list(refund_key, intent_id)
                reason = refused.problem.code or "refused"
                return known or RefundResult(RefundOutcome.REFUSED, reason=reason)
            except _UnclearError as error:
                if not error.stored:
                    raise
                known = await self._refund_in_list(refund_key, intent_id)
                if known is not None:
                    return known
        raise _UnclearError(stored=True)

    async def _refund_in_list(self, refund_key: str, intent_id: str) -> RefundResult | None:
        """Find a refund of the intent by our metadata. Raises `_UnclearError`."""
        params = {"payment_intent": intent_id, "limit": 100}
        while True:
            try:
                reply = await self._call(Page[Refund], "get", REFUNDS, params)
            except _RefusedError:
                return None
            for refund in reply.shape.data:
                if (refund.metadata or {}).get("refund_key") == refund_key:
                    return refund_result_of(refund)
            if not reply.shape.has_more:
                return None
            params["starting_after"] = reply.shape.data[-1].id

    async def _call(
        self,
        shape: type[_Shape],
        method: Literal["get", "post"],
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
        seconds_max: float | None = None,
    ) -> _Reply[_Shape]:
        """Ask the provider. Raises `_RefusedError` and `_UnclearError`, and nothing else of it.

        The SDK wraps most errors of the connection, but not those while a body is read.
        """
        try:
            async with asyncio.timeout(seconds_max or self._call_seconds_max):
                response = await self._client.raw_request_async(
                    method, path, idempotency_key=key, **(params or {})
                )
            replayed = response.headers.get("Idempotent-Replayed") == "true"
            return _Reply(msgspec.json.decode(response.body, type=shape), replayed)
        except stripe.StripeError as error:
            raise _understood(error, path) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # ValueError: something else than the provider answered, a proxy's page for instance.
            log.warning("the payment provider failed at %s: %s", path, type(error).__name__)
            raise _UnclearError(stored=False) from error


def _understood(error: stripe.StripeError, path: str) -> Exception:
    replayed = (error.headers or {}).get("Idempotent-Replayed") == "true"
    card = isinstance(error, stripe.CardError)
    if card or isinstance(error, stripe.InvalidRequestError):
        try:
            problem = msgspec.convert(error.json_body, Failure).error
        except msgspec.ValidationError:
            problem = Problem(error.code)
        return _RefusedError(problem, card=card, replayed=replayed)
    log.warning(
        "the payment provider failed at %s: %s, status %s, request %s",
        path,
        type(error).__name__,
        error.http_status,
        error.request_id,
    )
    return _UnclearError(stored=replayed or isinstance(error, stripe.IdempotencyError))


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
