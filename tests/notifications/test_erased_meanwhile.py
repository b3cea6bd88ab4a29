"""Whoever is deleted while they are being told something leaves nothing behind."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select, text

from guichet.contracts.messages.auth import AccountDeleted
from guichet.contracts.messages.events import EventRescheduled
from guichet.contracts.messages.tickets import HolderMessaged
from guichet.kernel.database import Database, Transaction
from guichet.notifications.tables import attendances, deliveries, notices
from guichet.notifications.use_cases import accounts, events, holders, orders
from guichet.notifications.use_cases.telling import Desk
from tests.locks import check_keeps_others_out
from tests.notifications.occasions import (
    NOW,
    STARTS_AT,
    buyer,
    cancelled,
    confirmed,
    failed,
    number,
    profile,
    registered,
    snapshot,
    sold_event,
)
from tests.notifications.office import Office, eventually, stored

TRACE = "Traceable"
EVENT = 7

Telling = Callable[[Transaction, Desk, int], Awaitable[None]]


def person(account_id: int) -> Any:
    return buyer(account_id, name=TRACE, email=f"{TRACE}@example.com")


async def tell_of_an_order(transaction: Transaction, desk: Desk, account_id: int) -> None:
    order = confirmed(person(account_id), sold_event(EVENT))
    await orders.order_confirmed(transaction, desk, order, NOW)


async def tell_of_a_failure(transaction: Transaction, desk: Desk, account_id: int) -> None:
    await orders.order_failed(transaction, desk, failed(person(account_id), sold_event(1)), NOW)


async def tell_of_a_cancellation(transaction: Transaction, desk: Desk, account_id: int) -> None:
    order = confirmed(person(account_id), sold_event(EVENT))
    await orders.tickets_cancelled(transaction, desk, cancelled(order, order.tickets), NOW)


async def pass_a_message_on(transaction: Transaction, desk: Desk, account_id: int) -> None:
    message = HolderMessaged(
        message_id=number(),
        order_code=f"ORD-{number()}",
        buyer=person(account_id),
        event=sold_event(EVENT),
        topic="Doors",
        body="They open at six.",
        access_token="",
        occurred_at=NOW,
    )
    await holders.holder_messaged(transaction, desk, message, NOW)


async def erase(database: Database, account_id: int) -> None:
    gone = AccountDeleted(account_id=account_id, tokens_until=0, occurred_at=NOW)
    async with database.transaction() as transaction:
        await accounts.account_deleted(transaction, gone, NOW)


async def begin_to_erase(database: Database, account_id: int) -> asyncio.Task[None]:
    """Return the erasure once it waits for somebody, or is done."""
    erasing = asyncio.create_task(erase(database, account_id))
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND cardinality(pg_blocking_pids(pid)) > 0"
    )

    async def is_settled() -> bool:
        async with database.reading() as connection:
            return erasing.done() or bool(await connection.scalar(waiting))

    await eventually(is_settled)
    return erasing


async def check_nothing_is_left(database: Database) -> None:
    async with database.reading() as connection:
        for table in (deliveries, attendances, notices):
            for row in await connection.execute(select(table)):
                assert TRACE not in repr(row), table.name


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "unknown"])
@pytest.mark.parametrize(
    "tell", [tell_of_an_order, tell_of_a_failure, tell_of_a_cancellation, pass_a_message_on]
)
async def test_what_is_being_told_is_erased_too(
    office: Office, tell: Telling, *, is_known: bool
) -> None:
    account_id = number()
    if is_known:
        known = profile(account_id, name=TRACE, email=f"{TRACE}@example.com")
        await office.keep(accounts.profile_updated, known)
    async with office.database.transaction() as transaction:
        await tell(transaction, office.desk, account_id)
        erasing = await begin_to_erase(office.database, account_id)
    await erasing
    assert await stored(office.database)
    await check_nothing_is_left(office.database)


async def test_a_new_date_that_is_being_told_is_erased_too(office: Office) -> None:
    """The deletion comes between the orders' lock and what is told: neither waits for ever."""
    account_id = number()
    await office.tell(orders.order_confirmed, confirmed(person(account_id), sold_event(EVENT)))
    moved = EventRescheduled(event=snapshot(EVENT), previous_starts_at=STARTS_AT, occurred_at=NOW)
    async with office.database.transaction() as transaction:
        await events.event_changed(transaction, moved.event, NOW)
        erasing = await begin_to_erase(office.database, account_id)
        await events.event_rescheduled(transaction, office.desk, moved, NOW)
    await erasing
    assert await office.told("event_rescheduled")
    await check_nothing_is_left(office.database)


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "unknown"])
async def test_nobody_is_told_anything_once_their_deletion_is_under_way(
    office: Office, *, is_known: bool
) -> None:
    account_id = number()
    if is_known:
        await office.keep(accounts.profile_updated, profile(account_id))
    gone = AccountDeleted(account_id=account_id, tokens_until=0, occurred_at=NOW)
    await check_keeps_others_out(
        office.database,
        lambda t: accounts.account_deleted(t, gone, NOW),
        lambda t: tell_of_an_order(t, office.desk, account_id),
    )
    await office.tell(orders.order_confirmed, confirmed(person(account_id), sold_event(EVENT)))
    assert await stored(office.database) == []


async def test_a_profile_changes_while_its_owner_is_told_something(office: Office) -> None:
    account_id = number()
    await office.keep(accounts.profile_updated, profile(account_id))
    async with office.database.transaction() as transaction:
        await tell_of_an_order(transaction, office.desk, account_id)
        async with office.database.transaction() as other:
            await other.execute(text("SET LOCAL lock_timeout = '5s'"))
            await accounts.profile_updated(other, profile(account_id, name="Dominique"))
    assert (await accounts.export(office.database, account_id))["profile"][0]["name"] == "Dominique"


async def test_whoever_was_first_heard_of_as_a_buyer_is_known_once_registered(
    office: Office,
) -> None:
    account_id = number()
    await office.tell(orders.order_confirmed, confirmed(person(account_id), sold_event(EVENT)))
    await office.tell(accounts.account_registered, registered(account_id, name="Dominique"))
    (profile_held,) = (await accounts.export(office.database, account_id))["profile"]
    assert profile_held["name"] == "Dominique"
    assert profile_held["email"] == f"account{account_id}@example.com"
