"""Each message is handled once; one that cannot be is put aside and the others go on."""

import asyncio
import itertools
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from structlog.testing import capture_logs

from guichet.kernel import inbox as module
from guichet.kernel.bus import DONE, Bus, Received
from guichet.kernel.context import request_id
from guichet.kernel.database import Database, Transaction
from guichet.kernel.inbox import ATTEMPTS_MAX, Consumer, Inbox, Told, retry_seconds
from guichet.kernel.outbox import Message, enqueue
from guichet.kernel.tables import dead_letters, inbox, outbox
from tests.kernel.conftest import new_message

Noted = new_message()
_ids = itertools.count(1)


class Trouble(Exception):
    """What a handler of these tests raises."""


def received(content: Any, *, attempt: int = 1, message_id: str | None = None) -> Received:
    payload = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = {"X-Request-Id": "request-17"}
    return Received(message_id or f"test-{next(_ids)}", Noted.subject, payload, headers, attempt)


def noted_consumer(kind: type[Message], handled: list[int]) -> Consumer[Any]:
    """Return a consumer that writes a message of its own and notes the number once committed."""

    async def handle(transaction: Transaction, message: Message) -> None:
        number = message.model_dump()["number"]
        if number < 0:
            raise Trouble(f"no {number}")
        handled.append(number)
        await transaction.execute(select(1))

    return Consumer(kind, handle)


class Things:
    """An inbox whose handler writes through its transaction, and fails where it is told to."""

    def __init__(self, database: Database) -> None:
        self.fails = False
        self.request_ids: list[str] = []
        self.inbox = Inbox(
            database, Bus("nats://nowhere", name="x"), [Consumer(Noted, self.handle)]
        )

    async def handle(self, transaction: Transaction, message: Message) -> None:
        self.request_ids.append(request_id.get())
        await enqueue(transaction, message)
        if self.fails:
            raise Trouble("4242 4242 4242 4242")


@pytest.fixture
def things(database: Database) -> Things:
    return Things(database)


async def effects(database: Database) -> int:
    async with database.reading() as connection:
        return await connection.scalar(select(func.count()).select_from(outbox)) or 0


async def letters(database: Database) -> list[dict[str, Any]]:
    async with database.reading() as connection:
        waiting = select(dead_letters).where(dead_letters.c.retried_at.is_(None))
        return [dict(row) for row in (await connection.execute(waiting)).mappings()]


async def test_a_message_that_comes_twice_has_one_effect(
    database: Database, things: Things
) -> None:
    message = received({"number": 1})
    for _ in range(3):
        assert await things.inbox.receive(message) is DONE
    assert await effects(database) == 1


async def test_the_request_s_id_goes_on(things: Things) -> None:
    await things.inbox.receive(received({"number": 1}))
    assert things.request_ids == ["request-17"]
    assert request_id.get() == ""


async def test_a_failure_leaves_nothing_and_is_tried_again_later(
    database: Database, things: Things
) -> None:
    things.fails = True
    verdict = await things.inbox.receive(received({"number": 1}, message_id="again"))
    assert verdict.retry_after_seconds is not None
    assert 0.4 <= verdict.retry_after_seconds <= 0.6
    assert await effects(database) == 0
    things.fails = False
    await things.inbox.receive(received({"number": 1}, message_id="again", attempt=2))
    assert await effects(database) == 1


async def commits(database: Database) -> int:
    async with database.reading() as connection:
        return len(set((await connection.execute(text("SELECT xmin::text FROM inbox"))).scalars()))


async def test_messages_that_come_together_share_a_commit(
    database: Database, things: Things
) -> None:
    once, twice = (received({"number": number}) for number in (1, 2))
    await things.inbox.receive(once)
    assert await things.inbox.receive_all([once, twice, twice, received({"number": 3})]) == (
        [DONE] * 4
    )
    assert await effects(database) == 3
    assert await commits(database) == 2
    assert things.request_ids == ["request-17"] * 3
    assert request_id.get() == ""


class Runs:
    """A consumer that notes what it is given in one go, and refuses negative numbers."""

    def __init__(self, database: Database, other: type[Message]) -> None:
        self.runs: list[list[tuple[int, str]]] = []
        self.alone: list[int] = []
        consumers = [Consumer(kind, self.handle, self.handle_all) for kind in (Noted, other)]
        self.inbox = Inbox(database, Bus("nats://nowhere", name="x"), consumers)

    async def handle(self, transaction: Transaction, message: Message) -> None:
        await enqueue(transaction, message)
        self.alone.append(self._number(message))

    async def handle_all(self, transaction: Transaction, messages: Sequence[Told[Message]]) -> None:
        await enqueue(transaction, *(told.message for told in messages))
        self.runs.append([(self._number(told.message), told.request_id) for told in messages])

    def _number(self, message: Message) -> int:
        number = message.model_dump()["number"]
        if number < 0:
            raise Trouble(f"no {number}")
        return number


async def test_a_run_of_one_kind_is_handled_in_one_go_and_in_its_place(database: Database) -> None:
    other = new_message()
    things = Runs(database, other)
    batch = [received({"number": number}) for number in range(1, 7)]
    batch[3] = replace(batch[3], subject=other.subject)
    batch[1] = replace(batch[1], headers={"X-Request-Id": "request-18"})
    batch.insert(2, batch[0])
    with capture_logs() as lines:
        assert await things.inbox.receive_all(batch) == [DONE] * 7
    first, last = things.runs
    assert first == [(1, "request-17"), (2, "request-18"), (3, "request-17")]
    assert [number for number, _ in last] == [5, 6]
    assert things.alone == [4]
    assert await effects(database) == 6
    assert [line.get("message_ids", line.get("message_id")) for line in lines] == [
        [batch[0].message_id, batch[1].message_id, batch[3].message_id],
        batch[4].message_id,
        [batch[5].message_id, batch[6].message_id],
    ]
    assert lines[0]["request_ids"] == ["request-17", "request-18", "request-17"]
    assert await things.inbox.receive_all(batch) == [DONE] * 7
    assert await effects(database) == 6


@pytest.mark.parametrize("bad", [{"number": -2}, {"number": "x"}])
async def test_a_run_with_a_bad_message_is_taken_one_by_one(
    database: Database, bad: dict[str, Any]
) -> None:
    things = Runs(database, new_message())
    batch = [received(content) for content in ({"number": 1}, bad, {"number": 3})]
    first, _, third = await things.inbox.receive_all(batch)
    assert (first, third) == (DONE, DONE)
    assert (things.runs, things.alone) == ([], [1, 3])
    assert await effects(database) == 2


async def test_one_bad_message_does_not_spoil_those_that_came_with_it(
    database: Database,
) -> None:
    handled: list[int] = []
    both = Inbox(database, Bus("nats://nowhere", name="x"), [noted_consumer(Noted, handled)])
    batch = [received({"number": number}) for number in (1, -2, 3)]
    first, second, third = await both.receive_all([*batch])
    assert (first, third) == (DONE, DONE)
    assert second.retry_after_seconds is not None
    async with database.reading() as connection:
        marked = set((await connection.execute(select(inbox.c.message_id))).scalars())
    assert marked == {batch[0].message_id, batch[2].message_id}


async def test_a_poison_message_is_put_aside_and_the_others_go_on(
    database: Database, things: Things
) -> None:
    things.fails = True
    for attempt in range(1, ATTEMPTS_MAX):
        verdict = await things.inbox.receive(received({"number": 1}, attempt=attempt))
        assert verdict is not DONE
    last = received({"number": 1}, attempt=ATTEMPTS_MAX)
    assert await things.inbox.receive(last) is DONE
    assert await things.inbox.receive(last) is DONE
    things.fails = False
    await things.inbox.receive(received({"number": 2}))
    assert await effects(database) == 1
    (letter,) = await letters(database)
    assert (letter["message_id"], letter["subject"]) == (last.message_id, Noted.subject)
    assert json.loads(letter["payload"]) == {"number": 1}
    assert letter["error"].startswith("Trouble: ")
    assert letter["attempts"] == ATTEMPTS_MAX
    assert letter["headers"] == {"X-Request-Id": "request-17"}


@pytest.mark.parametrize("payload", [b"", b"{", b"{}", b'{"number": "x"}', b"\xff\xfe", b"[1]"])
async def test_what_cannot_be_read_is_put_aside_at_once(
    database: Database, things: Things, payload: bytes
) -> None:
    assert await things.inbox.receive(received(payload)) is DONE
    assert len(await letters(database)) == 1


async def test_a_null_byte_does_not_stop_the_burial(database: Database, things: Things) -> None:
    """PostgreSQL stores no NUL in a text; the message must not come for ever all the same."""
    assert await things.inbox.receive(received(b'{"number": "\x00"}')) is DONE
    assert len(await letters(database)) == 1


async def test_what_a_message_held_stays_out_of_the_error(
    database: Database, things: Things
) -> None:
    await things.inbox.receive(received({"number": "camille@example.com"}))
    (letter,) = await letters(database)
    assert "camille@example.com" in letter["payload"]
    assert "camille@example.com" not in letter["error"]


async def test_a_dead_letter_is_handled_again_once(database: Database, things: Things) -> None:
    things.fails = True
    await things.inbox.receive(received({"number": 1}, attempt=ATTEMPTS_MAX))
    (letter,) = await letters(database)
    with pytest.raises(Trouble):
        await things.inbox.retry_dead_letter(letter["id"])
    assert len(await letters(database)) == 1
    things.fails = False
    assert await things.inbox.retry_dead_letter(letter["id"])
    assert await letters(database) == []
    assert not await things.inbox.retry_dead_letter(letter["id"])
    assert not await things.inbox.retry_dead_letter(10**9)
    assert await effects(database) == 1


async def test_a_dead_letter_is_tried_again_by_one(database: Database, things: Things) -> None:
    await things.inbox.receive(received(b"no message"))
    (letter,) = await letters(database)
    async with database.transaction() as transaction:
        await transaction.execute(update(dead_letters).values(payload='{"number": 1}'))
    async with database.transaction() as another:
        await another.execute(update(dead_letters).values(retried_at=func.now()))
        trying = asyncio.create_task(things.inbox.retry_dead_letter(letter["id"]))
        await asyncio.sleep(0.2)
        assert not trying.done()
        assert things.request_ids == [], "it waits before it handles anything"
    assert not await trying


async def test_a_letter_whose_message_got_through_meanwhile_has_no_second_effect(
    database: Database, things: Things
) -> None:
    things.fails = True
    message = received({"number": 1}, attempt=ATTEMPTS_MAX)
    await things.inbox.receive(message)
    things.fails = False
    await things.inbox.receive(message)
    (letter,) = await letters(database)
    assert await things.inbox.retry_dead_letter(letter["id"])
    assert await effects(database) == 1


async def test_the_database_away_means_later_never_lost(things: Things) -> None:
    away = Database("postgresql://nobody:x@127.0.0.1:1/none", application="x")
    lost = Inbox(away, Bus("nats://nowhere", name="x"), [Consumer(Noted, things.handle)])
    for attempt in (1, ATTEMPTS_MAX, ATTEMPTS_MAX + 5):
        verdict = await lost.receive(received({"number": 1}, attempt=attempt))
        assert verdict.retry_after_seconds is not None
    await away.close()


async def test_marks_are_kept_for_days_then_forgotten(database: Database, things: Things) -> None:
    await things.inbox.receive(received({"number": 1}, message_id="old"))
    await things.inbox.receive(received({"number": 2}, message_id="new"))
    async with database.transaction() as transaction:
        age = func.make_interval(0, 0, 0, module.KEPT_DAYS, 1)
        await transaction.execute(
            update(inbox).where(inbox.c.message_id == "old").values(received_at=func.now() - age)
        )
    await things.inbox.purge()
    async with database.reading() as connection:
        kept = (await connection.execute(select(inbox.c.message_id))).scalars().all()
    assert kept == ["new"]


def test_waits_double_up_to_a_bound_and_never_coincide() -> None:
    for attempt, expected in ((1, 0.5), (2, 1.0), (4, 4.0), (20, 30.0)):
        waits = {retry_seconds(attempt) for _ in range(50)}
        assert all(0.8 * expected <= wait <= 1.2 * expected for wait in waits)
        assert len(waits) > 40


def test_streams_are_those_of_the_messages(things: Things) -> None:
    stream = Noted.subject.partition(".")[0].upper()
    assert things.inbox.streams() == {stream: [Noted.subject]}


async def test_a_buried_letter_says_when(database: Database, things: Things) -> None:
    await things.inbox.receive(received(b"{"))
    async with database.reading() as connection:
        row = (await connection.execute(select(dead_letters))).one()
    assert row.created_at is not None
    assert row.retried_at is None
