"""Refunds are carried out once, however often they are asked for, and wait for a slow bank."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from guichet.tickets.domain import Order
from guichet.tickets.payments import RefundOutcome, RefundResult
from guichet.tickets.refunds import postponed
from guichet.tickets.repository.refunds import Refund
from tests.fakes.payments import Twist
from tests.tickets.conftest import ADMINISTRATOR, HOLDER, Shop, buyer, wanted

AT = datetime(2027, 5, 1, tzinfo=UTC)


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
    await shop.cancelling.cancel_ticket(tickets[0], HOLDER)
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


async def test_an_empty_balance_is_waited_for_under_new_keys(shop: Shop) -> None:
    order = await bought(shop)
    shop.provider.script("refund", *[Twist.DECLINE] * 5)
    await shop.refunds.request_whole(order)
    for number in range(5):
        assert await shop.one("SELECT needs_attention FROM refunds") is False, number
        await make_due(shop)
        await shop.refunds.carry_out_due()
    assert await shop.one("SELECT attention_reason FROM orders") == "balance_insufficient"
    assert (await shop.rows("SELECT attempts, refusals, waits FROM refunds"))[0] == (0, 0, 5)
    await make_due(shop)
    await shop.refunds.carry_out_due()
    keys = [call.key for call in shop.provider.calls if call.name == "refund"]
    assert len(set(keys)) == 6, "a refusal is final under its key"
    assert await shop.one("SELECT needs_attention FROM orders") is False
    assert await shop.one("SELECT attention_reason FROM orders") is None


async def overtaken(shop: Shop, act: Callable[[], Awaitable[object]]) -> Order:
    """Let a refund's lease end, and `act` happen, while the provider is being asked for it."""
    order = await bought(shop)
    await shop.refunds.request_whole(order)
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def stand_still(_name: str) -> None:
        shop.provider.before = None
        asked.set()
        await go_on.wait()

    shop.provider.before = stand_still
    carried_out = asyncio.create_task(shop.refunds.carry_out_due())
    async with asyncio.timeout(10):
        await asked.wait()
    await make_due(shop)
    await act()
    go_on.set()
    await carried_out
    assert shop.provider.refunded_minor(f"order-{order.order_id}") == 5000
    return order


async def test_a_refund_that_was_paid_otherwise_meanwhile_is_shown(shop: Shop) -> None:
    """The buyer has the money twice: only a person can do something about that."""

    async def settle() -> None:
        await shop.rows("UPDATE refunds SET attention_reason = 'refund_refused' RETURNING 1")
        await shop.returned_refunds.settle(1, 1, ADMINISTRATOR, "Virement")

    await overtaken(shop, settle)
    assert await shop.one("SELECT status FROM refunds") == "settled"
    [order] = await shop.rows("SELECT needs_attention, attention_reason FROM orders")
    assert tuple(order) == (True, "refunded_twice")


async def test_a_refund_that_somebody_else_carried_out_meanwhile_is_done_once(shop: Shop) -> None:
    await overtaken(shop, shop.refunds.carry_out_due)
    assert await shop.one("SELECT status FROM refunds") == "completed"
    assert await shop.one("SELECT count(*) FROM ledger_transfers WHERE kind = 'refund'") == 1
    assert not await shop.one("SELECT needs_attention FROM orders")


async def test_a_worker_carries_out_many_and_goes_on(shop: Shop) -> None:
    event = await shop.event(capacity=24, price_minor=2500)
    orders = [(await shop.selling.buy(wanted(event, by=buyer(n)))).order for n in range(24)]
    done: set[int] = set()
    worker = asyncio.create_task(shop.refunds.run())
    try:
        for some in (orders[:12], orders[12:]):
            for order in some:
                await shop.refunds.request_whole(order)
            for order in some:
                done.add(await refunded(shop, order.order_id))
    finally:
        worker.cancel()
    assert done == {2500}
    assert await shop.one("SELECT count(*) FROM refunds WHERE status = 'completed'") == 24


async def refunded(shop: Shop, order_id: int) -> int:
    """Wait until our books say that the order's money has gone back; return what the others say."""
    statement = "SELECT refunded_minor FROM payments WHERE order_id = $1"
    async with asyncio.timeout(10):
        while not await shop.one(statement, order_id):  # noqa: ASYNC110 - what is awaited is a row
            await asyncio.sleep(0.02)
    return shop.provider.refunded_minor(f"order-{order_id}")


def refund_of(**changed: int) -> Refund:
    known = {"attempts": 0, "refusals": 0, "waits": 0, **changed}
    return Refund(1, 1, 100, "pi_1", created_at=AT, status="pending", **known)


def test_each_answer_counts_as_what_it_is() -> None:
    unknown = RefundResult(RefundOutcome.UNKNOWN)
    refused = RefundResult(RefundOutcome.REFUSED, reason="refused")
    contested = RefundResult(RefundOutcome.REFUSED, reason="charge_disputed")
    empty = RefundResult(RefundOutcome.REFUSED, reason="balance_insufficient")
    first = postponed(refund_of(), unknown, AT)
    assert (first.is_failed, first.is_refused, first.is_waiting) == (True, False, False)
    assert first.run_at == AT + timedelta(seconds=1)
    assert postponed(refund_of(attempts=2000), unknown, AT).run_at == AT + timedelta(seconds=300)
    assert postponed(refund_of(attempts=7), unknown, AT).attention_reason == "refund_unanswered"
    assert postponed(refund_of(refusals=4), refused, AT).attention_reason == "refund_refused"
    assert postponed(refund_of(), refused, AT).is_refused
    disputed = postponed(refund_of(refusals=40), contested, AT)
    assert (disputed.is_failed, disputed.is_refused) == (False, True)
    assert disputed.attention_reason == "disputed"
    waiting = postponed(refund_of(waits=4), empty, AT)
    assert (waiting.is_failed, waiting.is_waiting) == (False, True)
    assert waiting.attention_reason == "balance_insufficient"
    assert postponed(refund_of(waits=50), empty, AT).run_at == AT + timedelta(seconds=60)
