"""Money for an order that had ended: served while that can be, given back otherwise, never kept."""

import pytest

from guichet.tickets.domain import Order, OrderState
from guichet.tickets.late_payments import LateOutcome
from guichet.tickets.payments import PaymentOutcome, PaymentResult
from tests.tickets.conftest import Shop, buyer, wanted
from tests.tickets.test_provider_changes import attention, bought

DECLINED = "pm_card_visa_chargeDeclined"


async def failed(shop: Shop, event: int) -> Order:
    """Return an order of two tickets whose payment was declined."""
    with pytest.raises(Exception, match="declined"):
        await shop.selling.buy(wanted(event, 2, payment_method=DECLINED))
    order_id = await shop.one("SELECT max(order_id) FROM orders")
    return (await shop.selling.read(order_id)).order


async def finish(shop: Shop) -> None:
    """Do what the workers do."""
    for order in await shop.orders.claim_due(10):
        await shop.purchase.run(order)
    await shop.refunds.carry_out_due()


def charged(shop: Shop, order: Order, intent_id: str = "pi_late") -> str:
    shop.provider.books.charge(intent_id, f"order-{order.order_id}", order.total_minor)
    return intent_id


async def test_it_is_served_while_there_are_places(shop: Shop) -> None:
    event = await shop.event(capacity=2)
    order = await failed(shop, event)
    outcomes = [await shop.changes.look_at_payment(charged(shop, order)) for _ in range(2)]
    assert outcomes == [LateOutcome.SERVED, LateOutcome.NOTHING]
    await finish(shop)
    ended = await shop.selling.read(order.order_id)
    assert (ended.order.state, len(ended.tickets)) == (OrderState.ISSUED, 2)
    assert ended.order.failure is None
    assert await shop.stock(event) == (2, 0)
    assert await shop.one("SELECT sum(quantity) FROM allotments") == 2
    assert await shop.one("SELECT amount_minor FROM ledger_transfers WHERE kind = 'capture'") == (
        order.total_minor
    )


async def test_it_is_given_back_where_the_places_are_gone(shop: Shop) -> None:
    event = await shop.event(capacity=2)
    order = await failed(shop, event)
    await shop.selling.buy(wanted(event, 1, by=buyer(2)))
    assert await shop.changes.look_at_payment(charged(shop, order)) is LateOutcome.GIVEN_BACK
    ended = await shop.selling.read(order.order_id)
    assert (ended.order.state, ended.order.failure) == (OrderState.REFUNDED, "late_payment")
    [refund] = await shop.rows("SELECT * FROM refunds")
    assert (refund["amount_minor"], refund["order_id"]) == (order.total_minor, order.order_id)
    assert await shop.stock(event) == (1, 0)
    told = await shop.rows("SELECT payload FROM outbox WHERE subject = 'tickets.order.failed'")
    assert '"late_payment"' in told[-1]["payload"] and len(told) == 2


async def test_a_crash_before_the_refund_was_asked_for_is_made_good(shop: Shop) -> None:
    event = await shop.event(capacity=2)
    order = await failed(shop, event)
    await shop.selling.buy(wanted(event, 2, by=buyer(2)))
    await shop.changes.look_at_payment(charged(shop, order))
    async with shop.database.hot.acquire() as connection:
        await connection.execute("DELETE FROM refunds")
    assert await shop.late.give_back_what_was_left() == 1
    assert await shop.late.give_back_what_was_left() == 0
    assert await shop.one("SELECT sum(amount_minor) FROM refunds") == order.total_minor


async def test_what_is_not_captured_changes_nothing(shop: Shop) -> None:
    order = await failed(shop, await shop.event())
    waits = PaymentResult(PaymentOutcome.NEEDS_BUYER, "pi_late")
    shop.provider.books.note_payment("pi_late", f"order-{order.order_id}", waits, 5000)
    assert await shop.changes.look_at_payment("pi_late") is LateOutcome.NOTHING
    shop.provider.books.charge("pi_other", None, 5000)
    assert await shop.changes.look_at_payment("pi_other") is LateOutcome.NOTHING
    assert await shop.changes.look_at_payment("pi_unknown") is LateOutcome.NOTHING
    assert (await shop.selling.read(order.order_id)).order.state is OrderState.FAILED


async def test_a_second_payment_of_an_order_is_shown(shop: Shop) -> None:
    order, intent_id = await bought(shop)
    assert await shop.changes.look_at_payment(intent_id) is LateOutcome.NOTHING
    assert await shop.changes.look_at_payment(charged(shop, order)) is LateOutcome.TWICE
    assert await attention(shop, order) == "charged_twice"
