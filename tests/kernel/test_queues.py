"""What waits between services is counted, and what was given up is taken up again."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import insert

from guichet.kernel.bus import Bus, stream_of
from guichet.kernel.database import Database
from guichet.kernel.inbox import Consumer, Inbox
from guichet.kernel.outbox import Message, enqueue
from guichet.kernel.publishing import Outgoing
from guichet.kernel.queues import (
    DeadLetterFailedAgain,
    NoSuchDeadLetter,
    backlog,
    dead_letters,
    retry_dead_letter,
)
from guichet.kernel.tables import dead_letters as table
from guichet.local.servers import NatsServer
from tests.kernel.conftest import bus_of, eventually, new_message
from tests.kernel.test_inbox import noted_consumer

Noted = new_message()


async def bury(database: Database, number: int, message_id: str) -> int:
    """Put a dead letter aside, and return its number."""
    async with database.transaction() as transaction:
        stored = await transaction.execute(
            insert(table)
            .values(
                message_id=message_id,
                subject=Noted.subject,
                payload=f'{{"number": {number}}}',
                error="Trouble: no",
                attempts=6,
            )
            .returning(table.c.id)
        )
        return stored.scalar_one()


def inbox_of(database: Database, *consumers: Consumer[Any]) -> Inbox:
    return Inbox(database, Bus("nats://nowhere", name="x"), consumers)


async def test_what_waits_to_leave_is_counted_since_when(database: Database, bus: Bus) -> None:
    inbox = inbox_of(database)
    empty = await backlog(database, bus, inbox)
    assert (empty.unsent, empty.oldest_unsent_at, empty.dead_letters) == (0, None, 0)
    async with database.transaction() as transaction:
        await enqueue(transaction, *(Noted.model_validate({"number": n}) for n in range(3)))
    await bury(database, 1, "a")
    found = await backlog(database, bus, inbox)
    assert (found.unsent, found.dead_letters) == (3, 1)
    assert found.oldest_unsent_at is not None
    assert abs((found.read_at - found.oldest_unsent_at).total_seconds()) < 60


async def test_what_a_service_has_not_handled_is_counted_by_stream(
    database: Database, nats: NatsServer
) -> None:
    kind = new_message()
    stream = stream_of(kind.subject)
    began = asyncio.Event()

    async def never(_transaction: object, _message: Message) -> None:
        began.set()
        await asyncio.Event().wait()

    async with bus_of(nats, "queues-test") as bus:
        inbox = Inbox(database, bus, [Consumer(kind, never)])
        for number in range(3):
            await bus.publish(
                [
                    Outgoing(
                        kind.subject,
                        f'{{"number": {number}}}'.encode(),
                        message_id=f"queues-{number}",
                        headers={},
                    )
                ]
            )
        handling = asyncio.create_task(inbox.run(stream))
        try:
            await eventually(began.is_set)
            found = (await backlog(database, bus, inbox)).streams
        finally:
            handling.cancel()
            await asyncio.wait([handling])
    assert found is not None
    assert [each.stream for each in found] == [stream]
    assert found[0].waiting + found[0].in_hand == 3
    assert found[0].in_hand >= 1


async def test_where_nats_cannot_say_the_rest_is_told(database: Database, bus: Bus) -> None:
    inbox = inbox_of(database, noted_consumer(new_message(), []))
    found = await backlog(database, bus, inbox)
    assert found.streams is None
    assert found.unsent == 0


async def test_the_newest_letters_come_first(database: Database) -> None:
    first, second = await bury(database, 1, "a"), await bury(database, 2, "b")
    letters, total = await dead_letters(database)
    assert ([each.id for each in letters], total) == ([second, first], 2)
    assert letters[0].error == "Trouble: no"


async def test_a_letter_is_taken_up_once(database: Database) -> None:
    handled: list[int] = []
    inbox = inbox_of(database, noted_consumer(Noted, handled))
    letter = await bury(database, 7, "a")
    await retry_dead_letter(inbox, letter)
    assert handled == [7]
    assert await dead_letters(database) == ([], 0)
    with pytest.raises(NoSuchDeadLetter):
        await retry_dead_letter(inbox, letter)


async def test_a_letter_that_fails_again_stays_and_says_why(database: Database) -> None:
    inbox = inbox_of(database, noted_consumer(Noted, []))
    letter = await bury(database, -3, "a")
    with pytest.raises(DeadLetterFailedAgain) as refused:
        await retry_dead_letter(inbox, letter)
    assert refused.value.params["error"] == "Trouble: no -3"
    assert (await dead_letters(database))[1] == 1
