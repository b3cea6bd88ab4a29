"""The order writer: one batch of many orders, each stored, issued or released exactly once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from guichet.kernel.clock import now
from guichet.kernel.context import request_id
from guichet.kernel.saga import Direction, Overtaken, Progress
from guichet.tickets.attention import Attention
from guichet.tickets.domain import Order, OrderState
from guichet.tickets.issuing import EventCancelled, Issued
from guichet.tickets.places import Placed, PlacesRequest
from guichet.tickets.repository.provider import flag_order
from tests.tickets.conftest import Shop, buyer, snapshot_of, wanted

FORWARD = Progress("issue", Direction.FORWARD)
CAPTURES_LOGGED = "SELECT * FROM audit_entries WHERE action = 'tickets.payment.captured'"


async def reserved(shop: Shop, event: int, number: int = 1, **more: Any) -> Order:
    """Reserve two places for one of many accounts, at a price, and leave the order there."""
    asked = wanted(event, 2, by=buyer(number))
    placed = await shop.writer.ask(
        PlacesRequest(asked.buyer, event, asked.lines, payment_method="pm_card_visa", **more)
    )
    assert isinstance(placed, Placed)
    return placed.order


async def paid(shop: Shop, event: int, number: int = 1) -> Order:
    order = await reserved(shop, event, number)
    result = await shop.purchase.steps()[1].do(order)
    return await shop.orders.save(result.state, FORWARD)


async def test_one_batch_serves_refuses_and_overtakes_each_order_for_itself(shop: Shop) -> None:
    event, cancelled = await shop.event(capacity=10), await shop.event()
    good, doomed = await paid(shop, event, 1), await paid(shop, cancelled, 2)
    stale = replace(await paid(shop, event, 3), saga_version=1)
    await shop.catalogue.accept(snapshot_of(cancelled, 10, 2500, version=2, status="cancelled"))
    answers = await asyncio.gather(
        *(shop.orders.issue(order) for order in (good, doomed, stale)), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [Issued, EventCancelled, Overtaken]
    assert await shop.one("SELECT count(*) FROM tickets") == 2
    assert await shop.stock(event) == (2, 2)
    assert await shop.stock(cancelled) == (0, 2)


async def test_tickets_and_their_capture_are_stored_in_one_commit(shop: Shop) -> None:
    order = await reserved(shop, await shop.event())
    charged = (await shop.purchase.steps()[1].do(order)).state
    token = request_id.set("the-buyer-s-request")
    try:
        issued = await shop.orders.issue(shop.orders.advanced(charged, FORWARD))
    finally:
        request_id.reset(token)
    assert isinstance(issued, Issued)
    [payment] = await shop.rows("SELECT * FROM payments")
    assert (payment["status"], payment["captured_minor"]) == ("completed", order.total_minor)
    [entry] = await shop.rows("SELECT amount_minor FROM ledger_transfers WHERE kind = 'capture'")
    assert entry["amount_minor"] == order.total_minor
    [logged] = await shop.rows(CAPTURES_LOGGED)
    assert logged["request_id"] == "the-buyer-s-request"


async def test_a_capture_that_was_stored_before_is_entered_and_logged_once(shop: Shop) -> None:
    order = await paid(shop, await shop.event())
    assert isinstance(await shop.orders.issue(order), Issued)
    assert await shop.one("SELECT count(*) FROM ledger_transfers WHERE kind = 'capture'") == 1
    assert len(await shop.rows(CAPTURES_LOGGED)) == 1


async def twice(act: Callable[[Order], Awaitable[object]], order: Order) -> list[type]:
    """Let two runners do the same with an order at once, so that one batch holds both."""
    answers = await asyncio.gather(act(order), act(order), return_exceptions=True)
    return [type(answer) for answer in answers]


async def test_two_runners_in_one_batch_issue_once(shop: Shop) -> None:
    event = await shop.event()
    await reserved(shop, event, 2)
    order = await paid(shop, event)
    assert await twice(shop.orders.issue, order) == [Issued, Overtaken]
    assert await shop.one("SELECT count(*) FROM tickets") == 2
    assert await shop.stock(event) == (2, 2), "the places of the other order stay held"
    told = "SELECT count(*) FROM outbox WHERE subject = 'tickets.order.confirmed'"
    assert await shop.one(told) == 1


async def test_two_runners_in_one_batch_release_once(shop: Shop) -> None:
    event = await shop.event()
    other = await reserved(shop, event, 2)
    order = await reserved(shop, event)
    assert await twice(shop.orders.release, order) == [Order, Overtaken]
    assert await shop.stock(event) == (0, 2), "the places of the other order stay held"
    assert (await shop.selling.read(other.order_id)).order.state is OrderState.PAYING
    told = "SELECT count(*) FROM outbox WHERE subject = 'tickets.order.failed'"
    assert await shop.one(told) == 1


async def test_of_two_runners_in_one_batch_one_gets_on(shop: Shop) -> None:
    order = await reserved(shop, await shop.event())

    def save(seen: Order) -> Awaitable[object]:
        return shop.orders.save(seen, FORWARD)

    assert await twice(save, order) == [Order, Overtaken]
    zombie, runner = order, (await shop.selling.read(order.order_id)).order
    answers = await asyncio.gather(save(zombie), save(runner), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Overtaken, Order]


async def test_an_order_that_is_shown_to_people_meanwhile_stays_so(shop: Shop) -> None:
    order = await reserved(shop, await shop.event())
    async with shop.database.hot.acquire() as connection:
        await flag_order(connection, order.order_id, Attention.DISPUTED)
    await shop.orders.save(order, FORWARD)
    [row] = await shop.rows("SELECT needs_attention, attention_reason FROM orders")
    assert tuple(row) == (True, "disputed")


@pytest.mark.parametrize(
    ("failure", "seconds_left", "is_kept"),
    [("declined", 300, True), ("declined", 5, False), ("event_cancelled", 300, False)],
)
async def test_a_hold_is_given_back_only_while_it_is_of_use(
    shop: Shop, failure: str, seconds_left: int, is_kept: bool
) -> None:
    event = await shop.event()
    hold = await shop.selling.hold(wanted(event, 2))
    asked = PlacesRequest(buyer(), None, (), hold_id=hold.hold_id, payment_method="pm_card_visa")
    placed = await shop.writer.ask(asked)
    assert isinstance(placed, Placed)
    async with shop.database.hot.acquire() as connection:
        ends = now() + timedelta(seconds=seconds_left)
        await connection.execute("UPDATE holds SET expires_at = $1", ends)
    await shop.orders.release(replace(placed.order, failure=failure))
    assert await shop.stock(event) == (0, 2 if is_kept else 0)
    assert await shop.one("SELECT state FROM holds") == ("active" if is_kept else "converted")
    assert await shop.one("SELECT quantity FROM allotments") == (2 if is_kept else 0)
