"""Messages handled in one go leave the same rows as those handled one after another."""

import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from guichet.contracts.messages.auth import AccountDeleted
from guichet.kernel.bus import DONE, Bus, Received
from guichet.kernel.database import Database
from guichet.kernel.inbox import Inbox
from guichet.kernel.outbox import Message
from guichet.users.consumers import CONSUMERS
from guichet.users.tables import profiles, purchased_events, purchased_tickets, purchases
from tests.users.conftest import new_account_id
from tests.users.test_history import NOON, cancelled, confirmed, undone, used

Rows = dict[str, list[tuple[Any, ...]]]


def received(message: Message, message_id: str) -> Received:
    payload = message.model_dump_json().encode()
    return Received(message_id, message.subject, payload, {"X-Request-Id": "request-17"}, 1)


def sales(seed: int) -> list[Received]:
    """Return what happens around two events: sales, admissions, cancellations, deletions.

    Buyers are an account that was deleted before, one that is deleted in between, guests and
    others. Some messages come again, as they were and under another id.
    """
    chance = random.Random(seed)  # noqa: S311 - a test's shuffle
    early, late, *others = (new_account_id() for _ in range(6))
    first = confirmed(None)
    second = confirmed(None, at=NOON + timedelta(hours=1))
    told: list[Message] = []
    for number in range(30):
        account_id = chance.choice([early, late, None, *others])
        order = confirmed(account_id, tickets=2, at=NOON + timedelta(minutes=chance.randrange(5)))
        event = chance.choice([first, second]).event
        moved = event.model_copy(update={"title": f"Concert {number}"})
        order = order.model_copy(update={"event": moved})
        told.append(order)
        admission = used(order, 0)
        again = admission.occurred_at + timedelta(minutes=number)
        told += chance.choice(
            [
                [],
                [cancelled(order, 1)],
                [admission, admission.model_copy(update={"occurred_at": again})],
                [admission, undone(admission)],
            ]
        )
    # Long runs of one kind with the others in between: sales mostly before what follows on them.
    told.sort(key=lambda message: message.subject + chance.choice(["", "", "x"]))
    told.insert(len(told) // 2, AccountDeleted(account_id=late, tokens_until=0, occurred_at=NOON))
    told.insert(0, AccountDeleted(account_id=early, tokens_until=0, occurred_at=NOON))
    batch = [received(message, f"bulk-{seed}-{place}") for place, message in enumerate(told)]
    for place in range(5, len(told), 7):
        batch.insert(place, batch[place - 4])
        batch.insert(place, received(told[place], f"bulk-{seed}-again-{place}"))
    return batch


def inbox_of(database: Database) -> Inbox:
    return Inbox(database, Bus("nats://nowhere", name="x"), CONSUMERS)


async def emptied(database: Database) -> None:
    async with database.transaction() as transaction:
        await transaction.execute(
            text(
                "TRUNCATE profiles, pictures, purchases, purchased_tickets, purchased_events, inbox"
            )
        )


async def rows_of(database: Database) -> Rows:
    tables = {
        "profiles": select(profiles.c.id, profiles.c.erased_at),
        "purchases": select(purchases),
        "tickets": select(purchased_tickets),
        "events": select(purchased_events),
    }
    async with database.reading() as connection:
        return {
            name: [tuple(row) for row in await connection.execute(statement.order_by(text("1")))]
            for name, statement in tables.items()
        }


@pytest.mark.parametrize("seed", range(4))
async def test_together_or_one_by_one_the_history_is_the_same(
    database: Database, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = sales(seed)
    await emptied(database)
    for each in batch:
        assert await inbox_of(database).receive(each) is DONE
    one_by_one = await rows_of(database)
    await emptied(database)
    # What could not be handled in one go would be taken one by one, and prove nothing.
    monkeypatch.delattr(Inbox, "receive")
    assert await inbox_of(database).receive_all(batch) == [DONE] * len(batch)
    assert await rows_of(database) == one_by_one
    assert len(one_by_one["purchases"]) > 10
    assert len(one_by_one["events"]) == 2


async def test_a_run_with_one_that_cannot_be_read_is_taken_one_by_one(database: Database) -> None:
    account_id = new_account_id()
    orders = [confirmed(account_id) for _ in range(3)]
    batch = [received(order, f"poisoned-{order.order_code}") for order in orders]
    poison = Received("poisoned", batch[0].subject, b'{"order_id": "none"}', {}, 1)
    batch.insert(1, poison)
    assert await inbox_of(database).receive_all(batch) == [DONE] * 4
    async with database.reading() as connection:
        kept = select(purchases.c.order_code).where(purchases.c.account_id == account_id)
        assert set((await connection.execute(kept)).scalars()) == {
            order.order_code for order in orders
        }
        letters = await connection.execute(text("SELECT message_id FROM dead_letters"))
        assert "poisoned" in set(letters.scalars())
