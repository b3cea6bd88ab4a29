"""Cancelling gives back the place and the money, each once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from guichet.tickets import problems
from guichet.tickets.domain import OrderState
from tests.fakes.payments import Twist
from tests.tickets.conftest import Shop, buyer, snapshot_of, wanted


async def test_a_cancelled_ticket_is_refunded_and_sold_again(shop: Shop) -> None:
    event = await shop.event(capacity=2, price_minor=2500)
    bought = await shop.selling.buy(wanted(event, 2))
    cancelled = await shop.cancelling.cancel_ticket(bought.tickets[0], "holder")
    assert cancelled.refund_minor == 2500
    assert shop.provider.refunded_minor(f"order-{bought.order.order_id}") == 2500
    assert await shop.stock(event) == (1, 0)
    assert (await shop.selling.read(bought.order.order_id)).order.state is OrderState.ISSUED
    await shop.selling.buy(wanted(event, by=buyer(2)))
    await shop.cancelling.cancel_ticket(bought.tickets[1], "administrator")
    assert (await shop.selling.read(bought.order.order_id)).order.state is OrderState.CANCELLED
    assert await shop.one("SELECT status FROM payments WHERE order_id = 1") == "refunded"


async def test_cancelling_at_once_from_many_places_refunds_once(shop: Shop) -> None:
    event = await shop.event(price_minor=2500)
    bought = await shop.selling.buy(wanted(event))
    answers = await asyncio.gather(
        *(shop.cancelling.cancel_ticket(bought.tickets[0], "holder") for _ in range(10)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, problems.AlreadyCancelled) for answer in answers) == 9
    assert await shop.one("SELECT count(*) FROM refunds") == 1
    assert await shop.stock(event) == (0, 0)


async def test_a_past_event_is_not_refunded(shop: Shop) -> None:
    event = await shop.event()
    bought = await shop.selling.buy(wanted(event))
    began = {"version": 2, "starts_at": datetime.now(UTC) - timedelta(minutes=1)}
    await shop.catalogue.accept(shop.events.snapshots[event].model_copy(update=began))
    with pytest.raises(problems.EventOver):
        await shop.cancelling.cancel_ticket(bought.tickets[0], "holder")


async def test_a_free_ticket_is_cancelled_without_a_refund(shop: Shop) -> None:
    event = await shop.event(price_minor=0)
    bought = await shop.selling.buy(wanted(event, 2))
    cancelled = await shop.cancelling.cancel_ticket(bought.tickets[0], "holder")
    assert cancelled.refund_id is None
    assert await shop.stock(event) == (1, 0)


async def test_a_cancelled_event_refunds_everybody_once_through_trouble(shop: Shop) -> None:
    event = await shop.event(capacity=100, price_minor=1000)
    for number in range(1, 21):
        await shop.selling.buy(wanted(event, 2, by=buyer(number)))
    shop.provider.script(
        "refund", *[Twist.NONE, Twist.LOSE_AFTER, Twist.DECLINE, Twist.RAISE_AFTER] * 5
    )
    cancelled = snapshot_of(event, 100, 1000, version=2, status="cancelled")
    await shop.catalogue.accept(cancelled)
    # Two replicas at it at once, and again after they are through.
    await asyncio.gather(*(shop.cancelling.cancel_event_orders() for _ in range(2)))
    assert await shop.cancelling.cancel_event_orders() == 0
    for _ in range(30):
        async with shop.database.hot.acquire() as connection:
            await connection.execute("UPDATE refunds SET run_at = now(), leased_until = NULL")
        if not await shop.refunds.carry_out_due():
            break
    assert await shop.stock(event) == (0, 0)
    assert [shop.provider.refunded_minor(f"order-{n}") for n in range(1, 21)] == [2000] * 20
    told = await shop.one("SELECT count(*) FROM outbox WHERE subject = 'tickets.ticket.cancelled'")
    assert told == 20
    assert await shop.one("SELECT count(*) FROM orders WHERE state <> 'cancelled'") == 0
