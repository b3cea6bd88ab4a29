"""The three providers that the contract suite runs against, behind the same handles."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Protocol

from aiohttp import web

from guichet.local.ports import free_port
from guichet.sandbox.cards import method_of_number
from guichet.tickets.payments import (
    OrderToCharge,
    PaymentOutcome,
    PaymentProvider,
    PaymentResult,
    ProviderBooks,
)
from guichet.tickets.payments.stripe_adapter import StripeProvider
from tests.fakes.payments import FakeProvider, Twist
from tests.sandbox.running import API_KEY, WEBHOOK_SECRET, RunningSandbox
from tests.tickets.payments.cards import DECLINES, PAYS
from tests.tickets.payments.recorded_provider import RecordedProvider


def an_order(method: str = PAYS, amount_minor: int = 4200) -> OrderToCharge:
    """Return what a saga would pass for an order of two tickets."""
    return {
        "order_id": 7,
        "order_code": "K7QP-2M",
        "amount_minor": amount_minor,
        "currency": "EUR",
        "method": method,
        "return_url": "http://127.0.0.1:8080/commandes/K7QP-2M",
        "description": "2 places",
    }


class Stand(Protocol):
    """A provider, and what a test does behind its back."""

    provider: PaymentProvider
    books: ProviderBooks

    def finish_at_bank(self, intent_id: str, *, passed: bool) -> None:
        """Play the buyer on the bank's page."""
        ...

    def pay_in_browser(self, waiting: PaymentResult, card: str) -> None:
        """Play the buyer who types a card into the provider's form."""
        ...

    def lose_next(self, call: str, *, after: bool) -> None:
        """Lose the answer of the next `charge` or `refund`, before or after its effect."""
        ...

    def settle_next_charge_later(self) -> None:
        """Let the next charge stay open."""
        ...

    async def settle(self, intent_id: str) -> None:
        """Let the open charge succeed, and come back when it has."""
        ...

    def return_next_refund(self) -> None:
        """Let the bank return the next refund, though it succeeds at first."""
        ...

    async def until_returned(self, refund_id: str) -> None:
        """Come back when the bank has returned a refund."""
        ...

    def contest(self, intent_id: str) -> None:
        """Let the payer's bank contest a payment."""
        ...

    def captures(self, order_key: str) -> int:
        """Return how many times money was taken for an order."""
        ...


class FakeStand:
    """The fake."""

    def __init__(self) -> None:
        self.fake = FakeProvider()
        self.provider: PaymentProvider = self.fake
        self.books: ProviderBooks = self.fake.books

    def finish_at_bank(self, intent_id: str, *, passed: bool) -> None:
        """See `Stand`."""
        self.fake.finish_at_bank(intent_id, passed=passed)

    def pay_in_browser(self, waiting: PaymentResult, card: str) -> None:
        """See `Stand`."""
        self.fake.pay_in_browser(waiting.intent_id or "", method_of_number(card) or "")

    def lose_next(self, call: str, *, after: bool) -> None:
        """See `Stand`."""
        self.fake.script(call, Twist.LOSE_AFTER if after else Twist.LOSE_BEFORE)

    def settle_next_charge_later(self) -> None:
        """See `Stand`."""
        self.fake.script("charge", Twist.SETTLE_LATER)

    async def settle(self, intent_id: str) -> None:
        """See `Stand`."""
        self.fake.settle(intent_id, paid=True)

    def return_next_refund(self) -> None:
        """See `Stand`."""

    async def until_returned(self, refund_id: str) -> None:
        """See `Stand`."""
        self.fake.return_refund(refund_id, "expired_or_canceled_card")

    def contest(self, intent_id: str) -> None:
        """See `Stand`."""
        self.fake.books.dispute_with("du_1", intent_id, 4200, "needs_response")

    def captures(self, order_key: str) -> int:
        """See `Stand`."""
        return self.fake.captures[order_key]


class SandboxStand:
    """The Stripe adapter, with the real SDK, on the sandbox over HTTP."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        provider = StripeProvider(
            api_key=API_KEY, webhook_secret=WEBHOOK_SECRET, api_url=sandbox.url
        )
        self.provider: PaymentProvider = provider
        self.books: ProviderBooks = provider.books

    def finish_at_bank(self, intent_id: str, *, passed: bool) -> None:
        """See `Stand`."""
        intent = self.sandbox.get(f"/v1/payment_intents/{intent_id}").body
        address = intent["next_action"]["redirect_to_url"]["url"]
        reply = self.sandbox.post(address, {"choice": "pass" if passed else "fail"})
        assert reply.status == 303

    def pay_in_browser(self, waiting: PaymentResult, card: str) -> None:
        """See `Stand`."""
        assert waiting.next_action is not None
        self.sandbox.pay_in_browser(
            waiting.intent_id or "", waiting.next_action.client_secret or "", card
        )

    def lose_next(self, call: str, *, after: bool) -> None:
        """See `Stand`."""
        when = "after" if after else "before"
        self.sandbox.fault(kind="drop", operation=call, when=when, times=1)

    def settle_next_charge_later(self) -> None:
        """See `Stand`."""
        self.sandbox.fault(kind="async_success", seconds=0.4, times=1)

    async def settle(self, intent_id: str) -> None:
        """See `Stand`."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            intent = self.sandbox.get(f"/v1/payment_intents/{intent_id}").body
            if intent["status"] != "processing":
                return
            await asyncio.sleep(0.05)

    def return_next_refund(self) -> None:
        """See `Stand`."""
        self.sandbox.fault(kind="refund_returned", operation="refund", seconds=0.3, times=1)

    async def until_returned(self, refund_id: str) -> None:
        """See `Stand`."""
        deadline = time.monotonic() + 20
        while self.sandbox.get(f"/v1/refunds/{refund_id}").body["status"] != "failed":
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)

    def contest(self, intent_id: str) -> None:
        """See `Stand`."""
        self.sandbox.ask(
            "POST",
            "/_sandbox/disputes",
            json.dumps({"payment_intent": intent_id}).encode(),
        )

    def captures(self, order_key: str) -> int:
        """See `Stand`."""
        rows = [row for row in self.sandbox.books() if row["metadata"]["order_key"] == order_key]
        return sum(1 for row in rows if row["captured"])


class RecordedStand:
    """The Stripe adapter, with the real SDK, on recorded shapes of the provider's public API."""

    def __init__(self, port: int) -> None:
        self.recorded = RecordedProvider()
        provider = StripeProvider(
            api_key=API_KEY, webhook_secret=WEBHOOK_SECRET, api_url=f"http://127.0.0.1:{port}"
        )
        self.provider: PaymentProvider = provider
        self.books: ProviderBooks = provider.books

    def finish_at_bank(self, intent_id: str, *, passed: bool) -> None:
        """See `Stand`."""
        if passed:
            self.recorded.pay(intent_id)
        else:
            self.recorded.decline(intent_id, "payment_intent_authentication_failure")

    def pay_in_browser(self, waiting: PaymentResult, card: str) -> None:
        """See `Stand`."""
        method = method_of_number(card) or ""
        if method in DECLINES:
            self.recorded.decline(waiting.intent_id or "", *DECLINES[method])
        else:
            self.recorded.pay(waiting.intent_id or "")

    def lose_next(self, call: str, *, after: bool) -> None:
        """See `Stand`."""
        self.recorded.lost.append((call, after))

    def settle_next_charge_later(self) -> None:
        """See `Stand`."""
        self.recorded.settles_later = True

    async def settle(self, intent_id: str) -> None:
        """See `Stand`."""
        self.recorded.pay(intent_id)

    def return_next_refund(self) -> None:
        """See `Stand`."""

    async def until_returned(self, refund_id: str) -> None:
        """See `Stand`."""
        self.recorded.return_refund(refund_id)

    def contest(self, intent_id: str) -> None:
        """See `Stand`."""
        self.recorded.contested.add(intent_id)

    def captures(self, order_key: str) -> int:
        """See `Stand`."""
        return self.recorded.captures.get(order_key, 0)


@asynccontextmanager
async def stand_named(name: str, sandbox: RunningSandbox) -> AsyncGenerator[Stand]:
    """Build the stand of that name, and close its provider afterwards."""
    if name == "recorded":
        async with _recorded_stand() as recorded:
            yield recorded
        return
    stand: Stand = FakeStand() if name == "fake" else SandboxStand(sandbox)
    yield stand
    await stand.provider.close()


@asynccontextmanager
async def _recorded_stand() -> AsyncGenerator[Stand]:
    port = free_port()
    stand = RecordedStand(port)
    runner = web.AppRunner(stand.recorded.app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield stand
    await stand.provider.close()
    await runner.cleanup()


async def paid(stand: Stand, key: str, amount_minor: int = 4200) -> str:
    result = await stand.provider.charge(order_key=key, **an_order(amount_minor=amount_minor))
    assert result.outcome is PaymentOutcome.PAID
    assert result.intent_id is not None
    return result.intent_id
