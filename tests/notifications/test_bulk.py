"""Orders told together leave the same rows as those told one after another."""

import asyncio
import random
from typing import Any

import pytest
from sqlalchemy import Table, select, text

from guichet.contracts.messages.auth import AccountDeleted
from guichet.contracts.messages.events import EventCancelled
from guichet.kernel.bus import DONE, Bus, Received
from guichet.kernel.database import Database
from guichet.kernel.inbox import Inbox
from guichet.kernel.outbox import Message
from guichet.notifications.consumers import consumers_of
from guichet.notifications.repository.attendances import SoldCard, locked_cards
from guichet.notifications.tables import attendances, deliveries, event_cards, metadata, notices
from guichet.notifications.use_cases import events
from guichet.notifications.use_cases.telling import Desk
from tests.notifications.occasions import (
    NOW,
    STARTS_AT,
    buyer,
    cancelled,
    confirmed,
    number,
    profile,
    registered,
    snapshot,
    sold_event,
    sold_tickets,
)

CHANCE_COLUMNS = {"id", "message_id", "next_attempt_at", "created_at", "ended_at"}


def received(message: Message, message_id: str) -> Received:
    headers = {"X-Request-Id": f"request-{message_id}"}
    payload = message.model_dump_json().encode()
    return Received(message_id, message.subject, payload, headers, 1)


def sales(seed: int) -> list[Received]:
    """Return what happens around two events, one of which is cancelled in between.

    Buyers are an account that was deleted before, one that is deleted in between, guests, one who
    wants text messages, and one that is not known yet. Some orders come after the cancellation of
    their tickets, some messages come again, as they were and under another id.
    """
    chance = random.Random(seed)  # noqa: S311 - a test's shuffle
    early, late, texted, unknown = (number() for _ in range(4))
    first, second = number(), number()
    told: list[Message] = []
    for place in range(24):
        person = buyer(chance.choice([early, late, None, texted, unknown]))
        event = sold_event(chance.choice([first, second]), title=f"Nuit {place}")
        order = confirmed(person, event, tickets=sold_tickets(2))
        part = cancelled(order, order.tickets[: chance.randrange(3)])
        told += chance.choice([[order], [order], [order, part], [part, order]])
    # The orders stand together, the rest among them.
    told.sort(key=lambda message: chance.choice(["", "x"]) + message.subject)
    told.insert(len(told) // 2, AccountDeleted(account_id=late, tokens_until=0, occurred_at=NOW))
    told.insert(
        len(told) // 3,
        EventCancelled(event=snapshot(second, status="cancelled"), occurred_at=NOW),
    )
    told = [
        AccountDeleted(account_id=early, tokens_until=0, occurred_at=NOW),
        registered(late),
        registered(texted),
        profile(texted, phone_number="0612345678", preferences={"sms": True}),
        *told,
    ]
    batch = [received(message, f"bulk-{seed}-{place}") for place, message in enumerate(told)]
    for place in range(5, len(told), 7):
        batch.insert(place, batch[place - 1])
        batch.insert(place, received(told[place], f"bulk-{seed}-again-{place}"))
    return batch


async def emptied(database: Database) -> None:
    names = ", ".join(
        table.name for table in metadata.sorted_tables if table.name != "audit_entries"
    )
    async with database.transaction() as transaction:
        await transaction.execute(text(f"TRUNCATE {names}"))


async def rows_of(database: Database) -> dict[str, list[dict[str, Any]]]:
    def rows(table: Table) -> Any:
        kept = [column for column in table.c if column.name not in CHANCE_COLUMNS]
        return select(*kept).order_by(*table.primary_key)

    async with database.reading() as connection:
        return {
            table.name: [dict(row) for row in (await connection.execute(rows(table))).mappings()]
            for table in (attendances, deliveries, event_cards, notices)
        }


def inbox_of(database: Database, desk: Desk) -> Inbox:
    return Inbox(database, Bus("nats://nowhere", name="x"), consumers_of(desk))


@pytest.mark.parametrize("seed", range(4))
async def test_together_or_one_by_one_the_same_is_told(
    database: Database, desk: Desk, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = sales(seed)
    for each in batch:
        assert await inbox_of(database, desk).receive(each) is DONE
    one_by_one = await rows_of(database)
    await emptied(database)
    # What could not be handled in one go would be taken one by one, and prove nothing.
    monkeypatch.delattr(Inbox, "receive")
    assert await inbox_of(database, desk).receive_all(batch) == [DONE] * len(batch)
    assert await rows_of(database) == one_by_one
    confirmations = [
        row for row in one_by_one["deliveries"] if row["template"] == "order_confirmed"
    ]
    assert {row["channel"] for row in confirmations} == {"email", "sms"}
    assert len({row["request_id"] for row in confirmations}) > 10
    assert len(one_by_one["event_cards"]) == 2


async def test_the_end_of_an_event_waits_for_orders_that_are_being_noted(
    database: Database,
) -> None:
    """Else an order noted meanwhile would be reminded of an event that does not take place."""
    event_id = number()
    card = SoldCard(event_id, "Nuit blanche", "Paris", "Europe/Paris", STARTS_AT)

    async def end() -> None:
        over = EventCancelled(event=snapshot(event_id, status="cancelled"), occurred_at=NOW)
        async with database.transaction() as transaction:
            await events.event_cancelled(transaction, over, NOW)

    async with database.transaction() as noting:
        assert set(await locked_cards(noting, [card])) == {event_id}
        ending = asyncio.create_task(end())
        done, _ = await asyncio.wait([ending], timeout=0.3)
        assert not done
    await ending
    async with database.transaction() as transaction:
        assert (await locked_cards(transaction, [card]))[event_id].is_cancelled
