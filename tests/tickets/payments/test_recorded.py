"""The adapter reads the shapes of the provider's public API reference, written out in recorded/."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from guichet.local.ports import free_port
from guichet.tickets.payments import (
    BUYER_CHOOSES,
    MovementKind,
    PaymentOutcome,
    RefundOutcome,
)
from guichet.tickets.payments.stripe_adapter import StripeProvider
from tests.tickets.payments.stands import an_order

RECORDED = Path(__file__).parent / "recorded"
INTENT = "pi_recorded"


class Replay:
    """Answers every request with the recorded file that a test has named for it."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, str]] = []
        self.provider: StripeProvider

    def next(self, *names: str) -> None:
        """Let these be answered, in this order; an error with the status it has there."""
        status = {"error_card_declined": 402, "error_unexpected_state": 400, "error_not_found": 404}
        self.answers += [(status.get(name, 200), name) for name in names]

    async def answer(self, _request: web.Request) -> web.Response:
        """Answer with the next file."""
        status, name = self.answers.pop(0)
        body = (RECORDED / f"{name}.json").read_bytes()
        return web.Response(status=status, body=body, content_type="application/json")


@pytest.fixture
async def replay() -> AsyncIterator[Replay]:
    found, port = Replay(), free_port()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", found.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    found.provider = StripeProvider(
        api_key="sk_test_recorded", webhook_secret="", api_url=f"http://127.0.0.1:{port}"
    )
    yield found
    await found.provider.close()
    await runner.cleanup()


@pytest.mark.parametrize(
    ("name", "outcome", "action"),
    [
        ("intent_succeeded", PaymentOutcome.PAID, None),
        ("intent_requires_action", PaymentOutcome.NEEDS_BUYER, "redirect_to_url"),
        ("intent_waits_for_browser", PaymentOutcome.NEEDS_BUYER, "confirm_payment"),
        ("intent_canceled", PaymentOutcome.DECLINED, None),
        ("intent_processing", PaymentOutcome.UNKNOWN, None),
        ("error_card_declined", PaymentOutcome.DECLINED, None),
    ],
)
async def test_a_charge(
    replay: Replay, name: str, outcome: PaymentOutcome, action: str | None
) -> None:
    method = BUYER_CHOOSES if name == "intent_waits_for_browser" else "pm_card_visa"
    replay.next(name)
    result = await replay.provider.charge(order_key="order-7", **an_order(method))
    assert (result.outcome, result.intent_id) == (outcome, INTENT)
    assert (result.next_action.type if result.next_action else None) == action
    if outcome is PaymentOutcome.PAID:
        assert (result.amount_minor, result.refunded_minor) == (4200, 1200)
        assert result.method_label == "visa •••• 4242"
    if name == "error_card_declined":
        assert result.decline_code == "insufficient_funds"


async def test_a_cancellation_that_came_too_late(replay: Replay) -> None:
    replay.next("error_unexpected_state", "intent_succeeded")
    result = await replay.provider.void(intent_id=INTENT)
    assert (result.outcome, result.amount_minor) == (PaymentOutcome.PAID, 4200)


async def test_a_refund(replay: Replay) -> None:
    replay.next("refund_succeeded")
    result = await replay.provider.refund(
        refund_key="refund-1-0", intent_id=INTENT, amount_minor=1200
    )
    assert (result.outcome, result.refund_id) == (RefundOutcome.DONE, "re_recorded")


async def test_the_books(replay: Replay) -> None:
    replay.next("intent_succeeded", "error_not_found", "dispute", "balance_transactions")
    books = replay.provider.books
    seen = await books.payment(INTENT)
    assert seen is not None and (seen.order_key, seen.currency) == ("order-7", "EUR")
    assert await books.payment("pi_nothing") is None
    dispute = await books.dispute("du_recorded")
    assert dispute is not None and dispute.movements[0].fee_minor == 2000
    moved = [item async for item in books.movements_since(datetime(2025, 1, 1, tzinfo=UTC))]
    assert [item.kind for item in moved] == [MovementKind.PAYOUT, MovementKind.CHARGE]
    assert [item.intent_id for item in moved] == [None, INTENT]
    assert (moved[1].amount_minor, moved[1].fee_minor) == (4200, 88)
