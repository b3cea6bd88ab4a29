"""What keeps replicas out of each other's way, and what the database itself refuses.

One process decides one batch after another, so only a second connection shows a missing lock.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import asyncpg
import pytest

from guichet.kernel.clock import now
from guichet.tickets import problems
from guichet.tickets.admission import AdmissionRequest
from guichet.tickets.domain import Ticket
from guichet.tickets.places import Placed, PlacesRequest
from guichet.tickets.repository import admissions as admission_rows
from guichet.tickets.repository import event_refunds as run_rows
from guichet.tickets.repository import holder_messages as message_rows
from guichet.tickets.repository import offers as offer_rows
from guichet.tickets.repository import orders as order_rows
from guichet.tickets.repository import refunds as refund_rows
from guichet.tickets.repository import stock as stock_rows
from guichet.tickets.repository.orders import KeyUse
from guichet.tickets.repository.stock import Connection
from guichet.tickets.stock import StockWriter
from tests.tickets.conftest import Shop, wanted
from tests.tickets.locks import check_is_taken_by_one, check_keeps_others_out
from tests.tickets.test_holder_messages import desk_of, writing


async def test_stock_is_decided_about_by_one(shop: Shop) -> None:
    event = await shop.event()
    await check_keeps_others_out(shop, lambda c: stock_rows.lock_offers(c, [event]))


async def test_a_hold_is_ended_by_one(shop: Shop) -> None:
    hold = await shop.selling.hold(wanted(await shop.event()))
    await check_keeps_others_out(shop, lambda c: stock_rows.lock_holds(c, [hold.hold_id]))


async def test_an_order_is_taken_further_by_one(shop: Shop) -> None:
    order = (await shop.selling.buy(wanted(await shop.event()))).order
    await check_keeps_others_out(shop, lambda c: order_rows.lock_orders(c, [order.order_id]))


async def test_whoever_notes_a_refund_has_its_order(shop: Shop) -> None:
    order = (await shop.selling.buy(wanted(await shop.event(price_minor=2500)))).order
    await shop.refunds.request_whole(order)
    async with shop.database.hot.acquire() as connection:
        at = now()
        (refund,) = await refund_rows.claim_due_refunds(connection, at, at, 1, None)
    await check_keeps_others_out(shop, lambda c: refund_rows.lock_order_of_refund(c, refund))


async def test_a_whole_event_is_given_back_by_one(shop: Shop) -> None:
    event = await shop.event()
    order_id = (await shop.selling.buy(wanted(event))).order.order_id
    run_id = await shop.one(
        "INSERT INTO event_refund_runs (event_id, reason, started_at)"
        " VALUES ($1, 'organiser', now()) RETURNING run_id",
        event,
    )
    await shop.rows(
        "INSERT INTO event_refund_orders (run_id, order_id, tickets, amount_minor)"
        " VALUES ($1, $2, 1, 0)",
        run_id,
        order_id,
    )
    await check_is_taken_by_one(shop, run_rows.lock_run)
    async with shop.database.hot.acquire() as connection, connection.transaction():
        run = await run_rows.lock_run(connection)
    assert run is not None
    assert run.run_id == run_id


async def test_an_offer_is_written_by_one(shop: Shop) -> None:
    event = await shop.event()
    for lock in (offer_rows.one_at_a_time, offer_rows.lock_version):
        await check_keeps_others_out(shop, partial(lock, event_id=event))


async def test_a_message_to_holders_is_told_by_one(shop: Shop) -> None:
    event = await shop.event(price_minor=0)
    await shop.selling.buy(wanted(event))
    await desk_of(shop).write(writing(event))
    await check_is_taken_by_one(shop, message_rows.lock_unfinished)


async def test_stock_that_changes_while_it_is_told_is_told_as_it_then_is(shop: Shop) -> None:
    event = await shop.event()
    async with shop.database.hot.acquire() as buying, shop.database.hot.acquire() as telling:
        async with buying.transaction():
            await buying.execute(
                "UPDATE stock SET sold = 1, version = version + 1 WHERE event_id = $1", event
            )
            claiming = asyncio.create_task(offer_rows.claim_unpublished_stock(telling, 10))
            await asyncio.sleep(0.2)
            assert not claiming.done()
        (told,) = await claiming
    assert [level.sold for level in told.levels] == [1]


async def test_a_ticket_is_presented_to_one_and_given_back_to_one(shop: Shop) -> None:
    bought = await shop.selling.buy(wanted(await shop.event()))
    ticket_id, order_id = bought.tickets[0].ticket_id, bought.order.order_id
    await check_keeps_others_out(shop, lambda c: admission_rows.lock_presented(c, [ticket_id]))
    await check_keeps_others_out(shop, lambda c: refund_rows.lock_tickets_of_orders(c, [order_id]))


async def test_a_key_that_another_replica_is_just_using_has_one_effect(shop: Shop) -> None:
    event = await shop.event()
    other = wanted(await shop.event(), key="another-key")
    first = StockWriter(shop.database, shop.links)
    asked = wanted(event, key="key-1")
    request = PlacesRequest(
        asked.buyer, event, asked.lines, payment_method="pm_card_visa", key="key-1"
    )
    beside = replace(request, event_id=other.event_id, lines=other.lines, key="another-key")
    async with shop.database.hot.acquire() as connection, connection.transaction():
        # The other replica has read that the key is new, as this one is going to.
        use = KeyUse(asked.buyer.key, "", 7, None, None)
        await order_rows.insert_keys(connection, {"key-1": use})
        asking = asyncio.gather(first.ask(request), first.ask(beside))
        await asyncio.sleep(0.2)
        assert not asking.done()
    answers = await asking
    assert answers[0] == use
    assert isinstance(answers[1], Placed), "who came together with the repetition was served"
    assert await shop.stock(event) == (0, 0)
    assert await shop.one("SELECT count(*) FROM orders") == 1


async def test_the_database_refuses_more_promises_than_places(shop: Shop) -> None:
    event = await shop.event(capacity=10)
    for column in ("sold", "held"):
        with pytest.raises(asyncpg.CheckViolationError):
            await shop.one(f"UPDATE stock SET {column} = 11 WHERE event_id = $1", event)  # noqa: S608 - one of two names
    assert await shop.stock(event) == (0, 0)


async def test_what_ended_before_it_was_locked_is_not_swept(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await shop.event()
    ended = await shop.selling.hold(wanted(event, 2))
    await shop.selling.hold(wanted(event, 3))
    await shop.holding.release(ended.hold_id, 1)

    async def seen_before(*_: object) -> list[int]:
        return [ended.hold_id]

    monkeypatch.setattr(stock_rows, "expired_hold_ids", seen_before)
    assert await shop.holding.sweep() == 0
    assert await shop.stock(event) == (0, 3)


async def test_an_order_that_is_being_run_is_not_claimed(shop: Shop) -> None:
    event = await shop.event()
    asked = wanted(event)
    request = PlacesRequest(asked.buyer, event, asked.lines, payment_method="pm_card_visa")
    placed = await shop.writer.ask(request)
    assert isinstance(placed, Placed)
    assert await shop.orders.claim_due(10) == []
    await shop.one("UPDATE orders SET leased_until = now() - interval '1 second'")
    assert [order.order_id for order in await shop.orders.claim_due(10)] == [placed.order.order_id]
    assert await shop.orders.claim_due(10) == []


async def test_one_batch_admits_a_ticket_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one write: the database would refuse the pair, and each would be written alone."""
    first, second = (await shop.selling.buy(wanted(await shop.event(price_minor=0), 2))).tickets
    store, stored = admission_rows.store_admissions, list[list[int]]()

    async def store_and_note(connection: Connection, used: Sequence[Ticket]) -> None:
        stored.append([ticket.ticket_id for ticket in used])
        await store(connection, used)

    monkeypatch.setattr(admission_rows, "store_admissions", store_and_note)
    # What is asked in one turn of the loop makes one batch.
    answers = await asyncio.gather(
        *(
            shop.admissions.admit(
                AdmissionRequest(ticket_id=ticket.ticket_id, secret=ticket.secret, admitted_by=4)
            )
            for ticket in (first, second, second)
        ),
        return_exceptions=True,
    )
    assert [isinstance(answer, problems.AlreadyUsed) for answer in answers] == [False, False, True]
    assert stored == [[first.ticket_id, second.ticket_id]]
    used = "SELECT count(*) FROM outbox WHERE subject = 'tickets.ticket.used'"
    assert await shop.one(used) == 2


async def test_the_database_refuses_a_second_admission(shop: Shop) -> None:
    event = await shop.event(price_minor=0)
    (ticket,) = (await shop.selling.buy(wanted(event))).tickets
    admit = (
        "INSERT INTO admissions (ticket_id, event_id, admitted_by, admitted_at)"
        " VALUES ($1, $2, 4, now())"
    )
    await shop.one(admit, ticket.ticket_id, event)
    with pytest.raises(asyncpg.UniqueViolationError):
        await shop.one(admit, ticket.ticket_id, event)
    await shop.one("UPDATE admissions SET undone_at = now(), undone_by = 4, undo_reason = 'x'")
    await shop.one(admit, ticket.ticket_id, event)


async def test_a_capture_is_in_the_ledger_at_once_and_once(shop: Shop) -> None:
    event = await shop.event(price_minor=2500)
    asked = wanted(event)
    request = PlacesRequest(asked.buyer, event, asked.lines, payment_method="pm_card_visa")
    placed = await shop.writer.ask(request)
    assert isinstance(placed, Placed)
    await shop.purchase.runner.run(placed.order)
    entered = "SELECT sum(amount_minor)::bigint FROM ledger_transfers WHERE kind = 'capture'"
    assert await shop.one(entered) == 2500


async def test_the_ledger_s_past_stays(shop: Shop) -> None:
    await shop.selling.buy(wanted(await shop.event()))
    for change in ("UPDATE ledger_transfers SET amount_minor = 1", "DELETE FROM ledger_transfers"):
        with pytest.raises(asyncpg.RaiseError, match="only grows"):
            await shop.one(change)


async def test_the_database_refuses_a_second_document_of_a_number(shop: Shop) -> None:
    numbered = (
        "INSERT INTO documents (organiser_id, year, sequence, number, kind, order_id, total_minor,"
        " currency, issued_at, content)"
        " VALUES (3, 2027, $1, '2027-1', 'receipt', $2, 100, 'EUR', now(), '{}')"
    )
    await shop.one(numbered, 1, 1)
    await shop.one(numbered, 2, 2)
    with pytest.raises(asyncpg.UniqueViolationError):
        await shop.one(numbered, 1, 3)
