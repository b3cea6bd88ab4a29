"""Cancelling gives back the place and the money, each once."""

import asyncio
import random
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from guichet.contracts.messages.events import RefundRules
from guichet.kernel.problems import Problem
from guichet.tickets import problems
from guichet.tickets.domain import OrderState
from guichet.tickets.refund_problems import NothingToRefund, RefundTooLate
from guichet.tickets.repository import refunds as refund_rows
from guichet.tickets.repository.refund_keys import RefundKey
from tests.tickets.conftest import ADMINISTRATOR, HOLDER, Shop, buyer, wanted

TOLD = "SELECT count(*) FROM outbox WHERE subject = 'tickets.ticket.cancelled'"


async def test_a_cancelled_ticket_is_refunded_and_sold_again(shop: Shop) -> None:
    event = await shop.event(capacity=2, price_minor=2500)
    bought = await shop.selling.buy(wanted(event, 2))
    cancelled = await shop.cancelling.cancel_ticket(bought.tickets[0], HOLDER)
    assert cancelled.refund_minor == 2500
    assert shop.provider.refunded_minor(f"order-{bought.order.order_id}") == 2500
    assert await shop.stock(event) == (1, 0)
    assert (await shop.selling.read(bought.order.order_id)).order.state is OrderState.ISSUED
    await shop.selling.buy(wanted(event, by=buyer(2)))
    await shop.cancelling.cancel_ticket(bought.tickets[1], ADMINISTRATOR)
    assert (await shop.selling.read(bought.order.order_id)).order.state is OrderState.CANCELLED
    assert await shop.one("SELECT status FROM payments WHERE order_id = 1") == "refunded"


async def test_cancelling_at_once_from_many_places_refunds_once(shop: Shop) -> None:
    event = await shop.event(price_minor=2500)
    bought = await shop.selling.buy(wanted(event))
    answers = await asyncio.gather(
        *(shop.cancelling.cancel_ticket(bought.tickets[0], HOLDER) for _ in range(10)),
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
        await shop.cancelling.cancel_ticket(bought.tickets[0], HOLDER)


async def test_a_free_ticket_is_cancelled_without_a_refund(shop: Shop) -> None:
    event = await shop.event(price_minor=0)
    bought = await shop.selling.buy(wanted(event, 2))
    cancelled = await shop.cancelling.cancel_ticket(bought.tickets[0], HOLDER)
    assert cancelled.refund_id is None
    assert await shop.stock(event) == (1, 0)


def key(name: str, fingerprint: str = "same", caller: str = "account:1") -> RefundKey:
    return RefundKey(name, caller, fingerprint)


async def test_part_of_an_order_is_one_refund_and_one_message(shop: Shop) -> None:
    event = await shop.event(price_minor=2500)
    bought = await shop.selling.buy(wanted(event, 3))
    order_id, ids = bought.order.order_id, [ticket.ticket_id for ticket in bought.tickets]
    given = await shop.cancelling.give_back(order_id, ids[:2], HOLDER, note="Malade")
    assert (given.refund_minor, given.status, len(given.tickets)) == (5000, "completed", 2)
    assert shop.provider.refunded_minor(f"order-{order_id}") == 5000
    assert await shop.one("SELECT count(*) FROM refunds") == 1
    assert await shop.one(TOLD) == 1
    assert await shop.stock(event) == (1, 0)
    with pytest.raises(problems.AlreadyCancelled):
        await shop.cancelling.give_back(order_id, ids, HOLDER)
    rest = await shop.cancelling.give_back(order_id, None, HOLDER)
    assert [back.ticket_id for back in rest.tickets] == ids[2:]
    with pytest.raises(NothingToRefund):
        await shop.cancelling.give_back(order_id, None, HOLDER)
    assert (await shop.selling.read(order_id)).order.state is OrderState.CANCELLED


async def test_tickets_of_another_order_are_not_found(shop: Shop) -> None:
    event = await shop.event()
    own, other = [await shop.selling.buy(wanted(event)) for _ in range(2)]
    foreign = [other.tickets[0].ticket_id]
    for act in (shop.cancelling.preview, shop.cancelling.give_back):
        with pytest.raises(problems.TicketNotFound):
            await act(own.order.order_id, foreign, HOLDER)
        with pytest.raises(problems.OrderNotFound):
            await act(999, None, HOLDER)
    assert await shop.stock(event) == (2, 0)


async def test_one_key_has_one_effect_and_one_answer(shop: Shop) -> None:
    event = await shop.event(price_minor=2500)
    bought = await shop.selling.buy(wanted(event, 2))
    order_id, first = bought.order.order_id, [bought.tickets[0].ticket_id]
    answers = await asyncio.gather(
        *(shop.cancelling.give_back(order_id, first, HOLDER, key=key("k")) for _ in range(10))
    )
    assert {(answer.refund_id, answer.refund_minor) for answer in answers} == {(1, 2500)}
    assert await shop.one("SELECT count(*) FROM refunds") == 1
    for other in (key("k", fingerprint="other"), key("k", caller="account:2")):
        with pytest.raises(problems.KeyReused):
            await shop.cancelling.give_back(order_id, first, HOLDER, key=other)
    # A refused request leaves its key free.
    with pytest.raises(problems.AlreadyCancelled):
        await shop.cancelling.give_back(order_id, first, HOLDER, key=key("k2"))
    assert await shop.one("SELECT count(*) FROM refund_keys") == 1


async def test_the_rules_bind_the_holder_and_nobody_else(shop: Shop) -> None:
    rules = {"until_hours": 24 * 60, "kept_minor": 400, "keeps_fee": True}
    fee = {"fixed_minor": 150}
    event = await shop.event(price_minor=2500, refund_rules=rules, fee=fee)
    bought = await shop.selling.buy(wanted(event, 2))
    order_id, first = bought.order.order_id, [bought.tickets[0].ticket_id]
    seen = await shop.cancelling.preview(order_id, None, HOLDER)
    assert isinstance(seen.refusal, RefundTooLate)
    with pytest.raises(RefundTooLate):
        await shop.cancelling.give_back(order_id, None, HOLDER)
    later = shop.events.snapshots[event].model_copy(
        update={"version": 2, "refund_rules": RefundRules(kept_minor=400, keeps_fee=True)}
    )
    await shop.catalogue.accept(later)
    seen = await shop.cancelling.preview(order_id, first, HOLDER)
    assert (seen.refusal, seen.total_minor) == (None, 2100)
    given = await shop.cancelling.give_back(order_id, first, HOLDER)
    assert given.tickets == seen.tickets
    assert (given.tickets[0].kept_minor, given.tickets[0].fee_kept_minor) == (400, 150)
    given = await shop.cancelling.give_back(order_id, None, ADMINISTRATOR)
    assert given.refund_minor == 2650
    assert shop.provider.refunded_minor(f"order-{order_id}") == 2100 + 2650


async def test_a_preview_is_of_one_moment(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tickets that are given back while it is reckoned are in all of it, or in none."""
    bought = await shop.selling.buy(wanted(await shop.event(price_minor=2500), 2))
    order_id = bought.order.order_id
    left_to_refund = refund_rows.left_to_refund

    async def given_back_first(*asked: Any) -> dict[int, int]:
        monkeypatch.setattr(refund_rows, "left_to_refund", left_to_refund)
        await shop.cancelling.give_back(order_id, None, HOLDER)
        return await left_to_refund(*asked)

    monkeypatch.setattr(refund_rows, "left_to_refund", given_back_first)
    seen = await shop.cancelling.preview(order_id, None, HOLDER)
    assert (seen.refusal, seen.total_minor) == (None, 5000)
    seen = await shop.cancelling.preview(order_id, None, HOLDER)
    assert isinstance(seen.refusal, NothingToRefund)


async def test_a_ticket_that_gives_nothing_back_returns_its_place(shop: Shop) -> None:
    event = await shop.event(price_minor=2500, refund_rules={"kept_minor": 99999})
    bought = await shop.selling.buy(wanted(event))
    given = await shop.cancelling.cancel_ticket(bought.tickets[0], HOLDER)
    assert (given.refund_id, given.refund_minor, given.status) == (None, 0, "none")
    assert given.tickets[0].kept_minor == 2500
    assert await shop.stock(event) == (0, 0)
    assert await shop.one("SELECT state FROM orders") == "cancelled"


async def test_whatever_is_asked_in_whatever_order_no_payment_goes_back_twice(shop: Shop) -> None:
    """Random sequences of cancelling, parts and goodwill, some at once."""
    chance = random.Random(20261127)  # noqa: S311 - no secret
    for round_number in range(12):
        count, price = chance.randint(1, 4), chance.choice([0, 1, 999, 2500])
        event = await shop.event(price_minor=price, fee={"fixed_minor": 120})
        bought = await shop.selling.buy(wanted(event, count, by=buyer(round_number + 1)))
        order_id = bought.order.order_id
        acts: list[Awaitable[object]] = []
        for number in range(8):
            ids = [t.ticket_id for t in bought.tickets if chance.random() < 0.5] or None
            if chance.random() < 0.5:
                acts.append(shop.cancelling.give_back(order_id, ids, ADMINISTRATOR))
            else:
                amount = chance.randint(1, max(1, 2 * price))
                name = key(f"{round_number}-{number}")
                acts.append(shop.goodwill.grant(order_id, amount, "x", ADMINISTRATOR, name))
        answers = await asyncio.gather(*acts, return_exceptions=True)
        assert all(not isinstance(a, Exception) or isinstance(a, Problem) for a in answers)
        await shop.refunds.carry_out_due()
        captured = bought.order.total_minor
        asked = await shop.one(
            "SELECT coalesce(sum(amount_minor), 0)::bigint FROM refunds WHERE order_id = $1",
            order_id,
        )
        assert asked <= captured
        if captured:
            assert shop.provider.refunded_minor(f"order-{order_id}") == asked
        live = await shop.one(
            "SELECT count(*) FROM tickets WHERE event_id = $1 AND status <> 'cancelled'", event
        )
        assert await shop.stock(event) == (live, 0)
