"""A message leaves if and only if its change was committed, at least once, under one id."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, insert, select, text, update

from guichet.kernel import outbox as module
from guichet.kernel.bus import Bus
from guichet.kernel.context import request_id
from guichet.kernel.database import Database, raw_connection
from guichet.kernel.outbox import Message, OutboxRelay, enqueue, enqueue_hot, replay
from guichet.kernel.packing import Packed, unpack
from guichet.kernel.publishing import Outgoing
from guichet.kernel.tables import outbox
from tests.kernel.conftest import eventually, new_message

Noted = new_message()


class FakeBus(Bus):
    """Keeps what is published; fails where a test wants it to."""

    def __init__(self) -> None:
        super().__init__("nats://nowhere", name="fake")
        self.sent: list[tuple[str, bytes, str, Mapping[str, str]]] = []
        self.failures = 0
        self.asked = 0
        self.gate: asyncio.Event | None = None

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        self.asked += 1
        if self.gate is not None:
            await self.gate.wait()
        if self.failures:
            self.failures -= 1
            raise ConnectionError("NATS is away")
        for each in messages:
            alone = [Packed(each.message_id, dict(each.headers), msgspec.Raw(each.payload))]
            for item in unpack(each.headers, each.payload) or alone:
                content = (each.subject, bytes(item.payload), item.message_id, item.headers)
                self.sent.append(content)

    @property
    def numbers(self) -> list[Any]:
        return [
            Noted.model_validate_json(payload).model_dump()["number"]
            for _, payload, *_ in self.sent
        ]


def noted(number: int) -> Message:
    return Noted.model_validate({"number": number})


async def write(database: Database, *numbers: int) -> None:
    async with database.transaction() as transaction:
        await enqueue(transaction, *(noted(number) for number in numbers))


async def unsent(database: Database) -> int:
    async with database.reading() as connection:
        statement = select(func.count()).select_from(outbox).where(outbox.c.sent_at.is_(None))
        return await connection.scalar(statement) or 0


@pytest.fixture
def fake() -> FakeBus:
    return FakeBus()


@pytest.fixture
def relay(database: Database, fake: FakeBus) -> OutboxRelay:
    return OutboxRelay(database, fake, service="things")


async def test_what_was_committed_is_sent_once_in_its_order(
    database: Database, relay: OutboxRelay, fake: FakeBus
) -> None:
    token = request_id.set("request-17")
    await write(database, 1, 2, 3)
    request_id.reset(token)
    assert await relay.send_waiting() == 3
    assert await relay.send_waiting() == 0
    assert fake.numbers == [1, 2, 3]
    subject, _, message_id, headers = fake.sent[0]
    assert subject == Noted.subject
    assert message_id.startswith("things-")
    assert headers == {"X-Request-Id": "request-17"}
    assert len({sent[2] for sent in fake.sent}) == 3


async def test_what_was_rolled_back_is_never_sent(
    database: Database, relay: OutboxRelay, fake: FakeBus
) -> None:
    with pytest.raises(KeyError):
        async with database.transaction() as transaction:
            await enqueue(transaction, noted(1))
            raise KeyError
    assert await relay.send_waiting() == 0
    assert fake.sent == []


async def test_what_could_not_be_sent_stays(
    database: Database, relay: OutboxRelay, fake: FakeBus
) -> None:
    await write(database, 1, 2)
    fake.failures = 1
    with pytest.raises(ConnectionError):
        await relay.send_waiting()
    assert await unsent(database) == 2
    await relay.send_waiting()
    assert await unsent(database) == 0
    assert set(fake.numbers) == {1, 2}


async def test_a_crash_between_sending_and_marking_repeats_the_same_ids(
    database: Database, bus: Bus
) -> None:
    """The stream drops the second copy, so that it has the three, packed as one, once."""
    await write(database, 1, 2, 3)
    relay = OutboxRelay(database, bus, service="things")
    await relay.send_waiting()
    async with database.transaction() as transaction:
        await transaction.execute(update(outbox).values(sent_at=None))
    assert await relay.send_waiting() == 3
    stream = Noted.subject.partition(".")[0].upper()
    info = await bus.client.jetstream().stream_info(stream)
    assert info.state.messages == 1


async def test_two_relays_share_the_work(database: Database) -> None:
    await write(database, *range(module.BATCH_MESSAGES_MAX + 20))
    first, second = FakeBus(), FakeBus()
    first.gate = asyncio.Event()
    slow = asyncio.create_task(OutboxRelay(database, first, service="things").send_waiting())
    async with asyncio.timeout(60):
        await eventually(lambda: first.asked > 0)
        assert await OutboxRelay(database, second, service="things").send_waiting() == 20
        first.gate.set()
        assert await slow == module.BATCH_MESSAGES_MAX
    assert sorted(first.numbers + second.numbers) == list(range(module.BATCH_MESSAGES_MAX + 20))


async def test_a_running_relay_sends_at_once(
    database: Database, relay: OutboxRelay, fake: FakeBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDLE_SECONDS", 600)
    running = asyncio.create_task(relay.run())
    try:
        for number in range(3):
            await write(database, number)
            await eventually(lambda: len(fake.sent) > number)  # noqa: B023 - awaited here
    finally:
        running.cancel()
    assert fake.numbers == [0, 1, 2]


async def test_a_relay_finds_what_another_process_wrote(
    database: Database, relay: OutboxRelay, fake: FakeBus
) -> None:
    running = asyncio.create_task(relay.run())
    try:
        async with database.engine.begin() as connection:
            await connection.execute(
                text("INSERT INTO outbox (subject, payload) VALUES (:subject, '{\"number\": 7}')"),
                {"subject": Noted.subject},
            )
        await eventually(lambda: bool(fake.sent))
    finally:
        running.cancel()
    assert fake.numbers == [7]


async def test_the_hot_way_in_is_the_same(
    database: Database, relay: OutboxRelay, fake: FakeBus
) -> None:
    token = request_id.set("request-18")
    async with database.transaction() as transaction:
        await enqueue_hot(await raw_connection(transaction), [noted(1), noted(2)])
        await enqueue_hot(await raw_connection(transaction), [])
    request_id.reset(token)
    await relay.send_waiting()
    assert fake.numbers == [1, 2]
    assert fake.sent[0][3] == {"X-Request-Id": "request-18"}


async def test_nothing_to_say_writes_nothing(database: Database) -> None:
    async with database.transaction() as transaction:
        await enqueue(transaction)
    assert not database.outbox_written.is_set()
    assert await unsent(database) == 0


async def test_what_was_sent_is_kept_for_days_then_forgotten(
    database: Database, relay: OutboxRelay
) -> None:
    await write(database, 1, 2, 3)
    await relay.send_waiting()
    await write(database, 4)
    async with database.transaction() as transaction:
        age = func.make_interval(0, 0, 0, module.KEPT_DAYS, 1)
        oldest = select(func.min(outbox.c.id)).scalar_subquery()
        await transaction.execute(
            update(outbox).where(outbox.c.id == oldest).values(sent_at=func.now() - age)
        )
    await relay.purge()
    async with database.reading() as connection:
        kept = (await connection.execute(select(outbox.c.payload).order_by(outbox.c.id))).scalars()
        assert [payload["number"] for payload in kept] == [2, 3, 4]


async def test_what_was_sent_about_somebody_who_is_gone_is_forgotten(
    database: Database, relay: OutboxRelay
) -> None:
    payloads = [
        {"account_id": 7, "name": "A"},
        {"person": {"account_id": 7, "name": "A"}},
        {"person": {"account_id": None, "email": "a@example.com"}},
        {"email": "a@example.com"},
        {"account_id": 77, "person": {"email": "b@example.com"}},
        {"number": 7},
    ]
    async with database.transaction() as transaction:
        rows = [{"subject": "test.noted", "payload": payload} for payload in payloads]
        await transaction.execute(insert(outbox), rows)
    await relay.send_waiting()
    async with database.transaction() as transaction:
        waiting = {"account_id": 7, "is_sent": False}
        await transaction.execute(insert(outbox), {"subject": "test.noted", "payload": waiting})
        await module.forget(transaction, 7, emails=["a@example.com"], within=["person"])
    async with database.reading() as connection:
        kept = (await connection.execute(select(outbox.c.payload).order_by(outbox.c.id))).scalars()
        assert list(kept) == [*payloads[4:], waiting]


async def test_a_replay_sends_again_what_was_written_since(
    database: Database, relay: OutboxRelay, fake: FakeBus
) -> None:
    await write(database, 1, 2)
    await relay.send_waiting()
    async with database.transaction() as transaction:
        assert await replay(transaction, datetime.now(UTC) + timedelta(hours=1)) == 0
        assert await replay(transaction, datetime.now(UTC) - timedelta(hours=1)) == 2
    await relay.send_waiting()
    assert fake.numbers == [1, 2, 1, 2]
    assert fake.sent[0][2] == fake.sent[2][2]


def test_a_restored_database_that_counts_anew_gives_no_id_a_second_time() -> None:
    made_at = datetime(2027, 6, 15, 12, tzinfo=UTC)
    first = module.message_id("things", 7, made_at)
    assert module.message_id("things", 7, made_at) == first
    assert module.message_id("things", 7, made_at + timedelta(microseconds=1)) != first
    assert module.message_id("things", 8, made_at) != first
