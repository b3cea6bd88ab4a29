"""A whole event is given back once, whoever is at it and whatever breaks in between."""

import asyncio

import pytest

from guichet.contracts.messages.events import EventCancelled
from guichet.kernel.clock import now
from guichet.kernel.database import raw_connection
from guichet.tickets import event_refunds
from guichet.tickets.catalogue import apply
from guichet.tickets.event_refunds import start_for_cancelled
from guichet.tickets.giving_back import Right
from guichet.tickets.problems import EventNotFound
from guichet.tickets.refund_problems import NothingToRefund, RunUnderWay, TotalDiffers
from guichet.tickets.repository.refund_keys import RefundKey
from tests.fakes.payments import Twist
from tests.tickets.conftest import HOLDER, Shop, buyer, snapshot_of, wanted

ORGANISER = Right("organiser", is_bound=False, account_id=3)
TOLD = "SELECT count(*) FROM outbox WHERE subject = 'tickets.ticket.cancelled'"


async def sold_out(shop: Shop, orders: int = 20, price_minor: int = 1000) -> int:
    """Return an event with that many orders of two tickets."""
    event = await shop.event(capacity=2 * orders, price_minor=price_minor)
    for number in range(1, orders + 1):
        await shop.selling.buy(wanted(event, 2, by=buyer(number)))
    return event


async def cancel(shop: Shop, event: int) -> None:
    """Cancel the event, without a message."""
    offer = shop.events.snapshots[event]
    await shop.catalogue.accept(
        offer.model_copy(update={"version": offer.version + 1, "status": "cancelled"})
    )


async def carry_out(shop: Shop) -> None:
    """Carry out refunds until none is left, however long they would wait."""
    for _ in range(40):
        async with shop.database.hot.acquire() as connection:
            await connection.execute("UPDATE refunds SET run_at = now(), leased_until = NULL")
        if not await shop.refunds.carry_out_due():
            return


async def test_a_cancelled_event_refunds_everybody_once_through_trouble(shop: Shop) -> None:
    event = await sold_out(shop)
    shop.provider.script(
        "refund", *[Twist.NONE, Twist.LOSE_AFTER, Twist.DECLINE, Twist.RAISE_AFTER] * 5
    )
    await cancel(shop, event)
    # Two replicas at it at once, and again after they are through.
    await asyncio.gather(*(shop.event_refunds.get_on() for _ in range(2)))
    assert await shop.event_refunds.get_on() == 0
    await carry_out(shop)
    assert await shop.stock(event) == (0, 0)
    assert [shop.provider.refunded_minor(f"order-{n}") for n in range(1, 21)] == [2000] * 20
    assert await shop.one(TOLD) == 20
    assert await shop.one("SELECT count(*) FROM orders WHERE state <> 'cancelled'") == 0
    assert await shop.one("SELECT count(*) FROM event_refund_runs") == 1
    await shop.event_refunds.get_on()
    (progress,) = await shop.event_refunds.progress(event)
    assert (progress.orders_done, progress.refunds_done) == (20, 20)
    assert (progress.total_minor, progress.refunded_minor) == (40_000, 40_000)
    assert progress.finished_at is not None


async def test_a_run_that_is_killed_goes_on_where_it_was(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await sold_out(shop, orders=7)
    monkeypatch.setattr(event_refunds, "ORDERS_AT_ONCE", 3)
    await cancel(shop, event)
    honest = event_refunds.withdraw
    calls = 0

    async def killed(*arguments: object) -> dict[int, int]:
        nonlocal calls
        calls += 1
        done = await honest(*arguments)  # pyright: ignore[reportArgumentType] - passed through
        if calls == 2:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(event_refunds, "withdraw", killed)
    with pytest.raises(KeyboardInterrupt):
        await shop.event_refunds.get_on()
    (progress,) = await shop.event_refunds.progress(event)
    assert (progress.orders_total, progress.orders_done) == (7, 3)
    assert await shop.event_refunds.get_on() == 4
    await carry_out(shop)
    assert [shop.provider.refunded_minor(f"order-{n}") for n in range(1, 8)] == [2000] * 7
    assert await shop.one(TOLD) == 7


async def test_the_message_starts_the_run_and_carries_the_reason(shop: Shop) -> None:
    event = await sold_out(shop, orders=1)
    cancelled = snapshot_of(event, 2, 1000, version=5, status="cancelled")
    message = EventCancelled(event=cancelled, reason="Tempête", occurred_at=now())
    for _ in range(2):
        async with shop.database.transaction() as transaction:
            connection = await raw_connection(transaction)
            await apply(connection, message.event, is_strict=False)
            await start_for_cancelled(connection, event, message.reason)
    await shop.event_refunds.get_on()
    payload = await shop.one(
        "SELECT payload ->> 'note' FROM outbox WHERE subject = 'tickets.ticket.cancelled'"
    )
    assert payload == "Tempête"
    assert await shop.one("SELECT count(*) FROM event_refund_runs") == 1


async def test_an_old_message_of_an_event_that_takes_place_starts_nothing(shop: Shop) -> None:
    event = await sold_out(shop, orders=1)
    async with shop.database.hot.acquire() as connection, connection.transaction():
        await start_for_cancelled(connection, event, None)
    assert await shop.event_refunds.get_on() == 0
    assert await shop.event_refunds.progress(event) == []


async def test_an_organiser_confirms_the_total_of_an_event_that_takes_place(shop: Shop) -> None:
    event = await sold_out(shop, orders=3)
    first = (await shop.selling.read(1)).tickets[0]
    await shop.cancelling.cancel_ticket(first, HOLDER)
    seen = await shop.event_refunds.preview(event)
    assert (seen.orders, seen.tickets, seen.total_minor, seen.buyers) == (3, 5, 5000, 3)
    with pytest.raises(TotalDiffers) as refused:
        await shop.event_refunds.start(event, 6000, ORGANISER, "Autre salle")
    assert refused.value.params["total"] == "50.00"
    await shop.event_refunds.start(event, 5000, ORGANISER, "Autre salle")
    with pytest.raises(RunUnderWay):
        await shop.event_refunds.start(event, 5000, ORGANISER, "Autre salle")
    # What is bought after the start is not part of it.
    late = await shop.selling.buy(wanted(event, 1, by=buyer(9)))
    assert await shop.event_refunds.get_on() == 3
    await carry_out(shop)
    assert await shop.stock(event) == (1, 0)
    assert (await shop.selling.read(late.order.order_id)).order.state.value == "issued"
    rows = await shop.rows("SELECT reason, requested_by, note FROM refunds WHERE run_id = 1")
    assert {tuple(row) for row in rows} == {("organiser", 3, "Autre salle")}
    assert [shop.provider.refunded_minor(f"order-{n}") for n in (1, 2, 3)] == [2000] * 3


async def test_what_went_back_before_is_left_out(shop: Shop) -> None:
    event = await sold_out(shop, orders=3)
    await sold_out(shop, orders=1)
    first = (await shop.selling.read(1)).tickets[0]
    await shop.cancelling.cancel_ticket(first, HOLDER)
    administrator = Right("administrator", is_bound=False, account_id=90)
    key = RefundKey("goodwill", "account:90", "300")
    await shop.goodwill.grant(2, 300, "Retard", administrator, key)
    seen = await shop.event_refunds.preview(event)
    assert (seen.orders, seen.tickets, seen.total_minor) == (3, 5, 1000 + 1700 + 2000)
    await shop.event_refunds.start(event, 4700, ORGANISER, "Autre salle")
    written = await shop.rows("SELECT amount_minor FROM event_refund_orders ORDER BY order_id")
    assert [row["amount_minor"] for row in written] == [1000, 1700, 2000]


async def test_there_must_be_something_to_give_back(shop: Shop) -> None:
    event = await shop.event()
    with pytest.raises(NothingToRefund):
        await shop.event_refunds.start(event, 0, ORGANISER, "x")
    with pytest.raises(EventNotFound):
        await shop.event_refunds.start(999, 0, ORGANISER, "x")
    await cancel(shop, event)
    assert await shop.event_refunds.get_on() == 0
    assert await shop.one("SELECT count(*) FROM event_refund_runs") == 0


async def test_an_empty_balance_is_waited_for_and_then_the_run_ends(shop: Shop) -> None:
    event = await sold_out(shop, orders=2)
    await cancel(shop, event)
    await shop.event_refunds.get_on()
    shop.provider.script("refund", *[Twist.DECLINE] * 12)
    for _ in range(6):
        async with shop.database.hot.acquire() as connection:
            await connection.execute("UPDATE refunds SET run_at = now()")
        await shop.refunds.carry_out_due()
    (progress,) = await shop.event_refunds.progress(event)
    assert (progress.refunds_waiting, progress.attention) == (2, 2)
    assert progress.attention_reason == "balance_insufficient"
    assert progress.finished_at is None
    assert await shop.one("SELECT max(attempts) FROM refunds") == 0, "waiting is no failure"
    await carry_out(shop)
    await shop.event_refunds.get_on()
    (progress,) = await shop.event_refunds.progress(event)
    assert (progress.refunds_done, progress.attention) == (2, 0)
    assert progress.finished_at is not None
    assert await shop.one("SELECT count(*) FROM orders WHERE needs_attention") == 0
