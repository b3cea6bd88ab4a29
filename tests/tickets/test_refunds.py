"""Refunds are carried out once, however often they are asked for, and wait for a slow bank."""

import asyncio

from guichet.tickets.domain import Order
from tests.fakes.payments import Twist
from tests.tickets.conftest import Shop, wanted


async def bought(shop: Shop) -> Order:
    return (await shop.selling.buy(wanted(await shop.event(price_minor=2500), 2))).order


async def make_due(shop: Shop) -> None:
    """Let the time to try again come at once."""
    async with shop.database.hot.acquire() as connection:
        await connection.execute("UPDATE refunds SET run_at = now(), leased_until = NULL")


async def test_all_that_was_taken_is_asked_back_once(shop: Shop) -> None:
    order = await bought(shop)
    await asyncio.gather(*(shop.refunds.request_whole(order) for _ in range(5)))
    assert await shop.one("SELECT count(*) FROM refunds") == 1
    # Several replicas look for work at once.
    tried = await asyncio.gather(*(shop.refunds.carry_out_due() for _ in range(5)))
    assert sum(tried) == 1
    assert shop.provider.refunded_minor(f"order-{order.order_id}") == 5000
    assert await shop.one("SELECT refunded_minor FROM payments") == 5000
    await shop.refunds.request_whole(order)
    assert await shop.one("SELECT count(*) FROM refunds") == 1


async def test_what_was_given_back_before_is_not_given_back_again(shop: Shop) -> None:
    order = await bought(shop)
    tickets = (await shop.selling.read(order.order_id)).tickets
    await shop.cancelling.cancel_ticket(tickets[0], "holder")
    await shop.refunds.request_whole(order)
    await shop.refunds.carry_out_due()
    assert shop.provider.refunded_minor(f"order-{order.order_id}") == 5000
    amounts = [row["amount_minor"] for row in await shop.rows("SELECT amount_minor FROM refunds")]
    assert amounts == [2500, 2500]


async def test_a_lost_answer_is_asked_for_under_the_same_key(shop: Shop) -> None:
    order = await bought(shop)
    shop.provider.script("refund", Twist.LOSE_AFTER, Twist.RAISE_AFTER)
    await shop.refunds.request_whole(order)
    for _ in range(3):
        await shop.refunds.carry_out_due()
        await make_due(shop)
    keys = [call.key for call in shop.provider.calls if call.name == "refund"]
    assert (len(keys), len(set(keys))) == (3, 1)
    assert shop.provider.refunded_minor(f"order-{order.order_id}") == 5000
    assert await shop.one("SELECT status FROM refunds") == "completed"


async def test_a_refusal_is_tried_again_under_a_new_key(shop: Shop) -> None:
    order = await bought(shop)
    shop.provider.script("refund", Twist.DECLINE)
    await shop.refunds.request_whole(order)
    await shop.refunds.carry_out_due()
    assert await shop.refunds.carry_out_due() == 0, "not before its time"
    await make_due(shop)
    await shop.refunds.carry_out_due()
    keys = [call.key for call in shop.provider.calls if call.name == "refund"]
    assert len(set(keys)) == 2
    assert await shop.one("SELECT status FROM refunds") == "completed"


async def test_money_under_way_is_not_called_returned(shop: Shop) -> None:
    order = await bought(shop)
    shop.provider.script("refund", Twist.SETTLE_LATER)
    await shop.refunds.request_whole(order)
    await shop.refunds.carry_out_due()
    assert await shop.one("SELECT status FROM refunds") == "pending"
    assert await shop.one("SELECT refunded_minor FROM payments") == 0
    (key,) = {call.key for call in shop.provider.calls if call.name == "refund"}
    shop.provider.settle_refund(key, done=True)
    await make_due(shop)
    await shop.refunds.carry_out_due()
    assert await shop.one("SELECT status FROM refunds") == "completed"
    assert await shop.one("SELECT refunded_minor FROM payments") == 5000


async def test_waiting_for_a_slow_bank_is_no_failure(shop: Shop) -> None:
    order = await bought(shop)
    shop.provider.script("refund", Twist.SETTLE_LATER)
    await shop.refunds.request_whole(order)
    for _ in range(12):
        await make_due(shop)
        await shop.refunds.carry_out_due()
    assert not await shop.one("SELECT needs_attention FROM orders")
    shop.provider.settle_refund("refund-1-0", done=True)
    await make_due(shop)
    await shop.refunds.carry_out_due()
    assert await shop.one("SELECT status FROM refunds") == "completed"
