"""The provider's books are read whole, page by page, and translated."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from guichet.tickets.payments import PaymentOutcome, RefundOutcome
from guichet.tickets.payments.books import MovementKind, ProviderUnclear
from guichet.tickets.payments.stripe_adapter import StripeProvider
from guichet.tickets.payments.stripe_books import StripeBooks
from tests.tickets.payments.stands import SandboxStand, an_order, paid

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def books_of(adapter: SandboxStand) -> StripeBooks:
    assert isinstance(adapter.provider, StripeProvider)
    return adapter.provider.books


async def test_a_payment_is_read(adapter: SandboxStand, key: str) -> None:
    intent_id = await paid(adapter, key)
    seen = await books_of(adapter).payment(intent_id)
    assert seen is not None
    assert (seen.order_key, seen.amount_minor, seen.currency) == (key, 4200, "EUR")
    assert (seen.result.outcome, seen.result.amount_minor) == (PaymentOutcome.PAID, 4200)
    assert abs(datetime.now(UTC) - seen.created_at) < timedelta(minutes=1)
    assert await books_of(adapter).payment("pi_nothing") is None


async def test_every_page_of_a_list_is_read(
    adapter: SandboxStand, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guichet.tickets.payments.stripe_books.PAGE_MAX", 2)
    made = [await paid(adapter, f"{key}:{number}") for number in range(5)]
    seen = [payment async for payment in books_of(adapter).payments_since(LONG_AGO)]
    assert [payment.intent_id for payment in seen][:5] == made[::-1]
    moved = [found async for found in books_of(adapter).movements_since(LONG_AGO)]
    assert [found.intent_id for found in moved][:5] == made[::-1]
    assert {found.kind for found in moved[:5]} == {MovementKind.CHARGE}
    assert {found.fee_minor for found in moved[:5]} == {88}
    ahead = datetime.now(UTC) + timedelta(hours=1)
    assert [payment async for payment in books_of(adapter).payments_since(ahead)] == []


async def test_refunds_tell_ours_from_others(adapter: SandboxStand, key: str) -> None:
    intent_id = await paid(adapter, key)
    await adapter.provider.refund(refund_key="refund-1-0", intent_id=intent_id, amount_minor=200)
    adapter.sandbox.post("/v1/refunds", {"payment_intent": intent_id, "amount": "300"})
    outside, ours = await books_of(adapter).refunds_of(intent_id)
    assert (ours.refund_key, ours.amount_minor) == ("refund-1-0", 200)
    assert (outside.refund_key, outside.amount_minor) == (None, 300)
    assert outside.outcome is RefundOutcome.DONE
    assert await books_of(adapter).refunds_of("pi_nothing") == []


async def test_a_dispute_is_read_with_its_movements(adapter: SandboxStand, key: str) -> None:
    intent_id = await paid(adapter, key)
    body = json.dumps({"payment_intent": intent_id}).encode()
    dispute_id = adapter.sandbox.ask("POST", "/_sandbox/disputes", body).body["id"]
    adapter.sandbox.ask("POST", f"/_sandbox/disputes/{dispute_id}", b'{"status": "won"}')
    seen = await books_of(adapter).dispute(dispute_id)
    assert seen is not None
    assert (seen.intent_id, seen.amount_minor, seen.status) == (intent_id, 4200, "won")
    taken, back = seen.movements
    assert (taken.kind, taken.amount_minor, taken.fee_minor) == ("dispute", -4200, 2000)
    assert (back.kind, back.amount_minor, back.fee_minor) == ("dispute_reversal", 4200, 0)
    assert {taken.intent_id, back.intent_id} == {intent_id}
    assert await books_of(adapter).dispute("du_nothing") is None


async def test_trouble_is_said_to_be_unclear(adapter: SandboxStand, key: str) -> None:
    order = an_order()
    await adapter.provider.charge(order_key=key, **order)
    adapter.sandbox.fault(kind="error_500", operation="any", times=2)
    with pytest.raises(ProviderUnclear):
        await books_of(adapter).payment("pi_nothing")
    with pytest.raises(ProviderUnclear):
        await books_of(adapter).refunds_of("pi_nothing")
