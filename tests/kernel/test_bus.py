"""Messages over a real NATS: kept, shared, delivered again, and started anew after a loss."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from guichet.kernel import bus as module
from guichet.kernel.bus import DONE, Bus, Received, Verdict, stream_of
from guichet.kernel.database import Database
from guichet.kernel.inbox import Inbox
from guichet.kernel.outbox import OutboxRelay, enqueue, replay
from guichet.kernel.packing import PACKED_HEADER, pack
from guichet.kernel.publishing import Outgoing
from guichet.kernel.tables import outbox
from guichet.kernel.workers import Workers
from guichet.local.ports import free_port
from guichet.local.servers import NatsServer, start_nats
from tests.kernel.conftest import bus_of, eventually, new_message
from tests.kernel.test_inbox import noted_consumer


@pytest.fixture(autouse=True)
def brief_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FETCH_SECONDS_MAX", 0.3)


OneByOne = Callable[[Received], Awaitable[Verdict]]


@asynccontextmanager
async def consuming(bus: Bus, subject: str, receive: OneByOne) -> AsyncGenerator[None]:
    """Receive in the background, as a worker does."""

    async def receive_all(batch: Sequence[Received]) -> list[Verdict]:
        return [await receive(received) for received in batch]

    workers = Workers()
    workers.start("consume", lambda: bus.consume(stream_of(subject), [subject], receive_all))
    try:
        yield
    finally:
        await workers.stop()


def keeping() -> tuple[list[Received], OneByOne]:
    """Return a receiver that is done with everything, and what it has received."""
    seen: list[Received] = []

    async def receive(received: Received) -> Verdict:
        seen.append(received)
        return DONE

    return seen, receive


async def publish(bus: Bus, subject: str, *numbers: int) -> None:
    for number in numbers:
        await bus.publish(
            [
                Outgoing(
                    subject,
                    str(number).encode(),
                    message_id=f"{subject}-{number}",
                    headers={"A": "b"},
                )
            ]
        )


def test_a_stream_is_named_after_its_publisher() -> None:
    assert stream_of("auth.account.registered") == "AUTH"


async def test_a_bus_that_was_not_opened_says_so() -> None:
    closed = Bus("nats://nowhere", name="x")
    assert not closed.is_connected
    with pytest.raises(RuntimeError):
        assert closed.client
    with pytest.raises(RuntimeError):
        await closed.ensure_stream("X")


async def test_what_was_sent_before_is_received_with_its_id_and_headers(bus: Bus) -> None:
    subject = new_message().subject
    seen, receive = keeping()

    await publish(bus, subject, 1, 2, 3)
    async with consuming(bus, subject, receive):
        await eventually(lambda: len(seen) == 3)
    assert [item.payload for item in seen] == [b"1", b"2", b"3"]
    assert [item.attempt for item in seen] == [1, 1, 1]
    assert seen[0].message_id == f"{subject}-1"
    assert seen[0].headers["A"] == "b"


async def test_the_same_id_is_stored_once(bus: Bus) -> None:
    subject = new_message().subject
    await publish(bus, subject, 1, 1, 2, 1)
    info = await bus.client.jetstream().stream_info(stream_of(subject))
    assert info.state.messages == 2


async def test_a_message_comes_again_until_it_is_done(bus: Bus) -> None:
    subject = new_message().subject
    attempts: list[int] = []

    async def receive(received: Received) -> Verdict:
        attempts.append(received.attempt)
        return Verdict(0.05) if len(attempts) < 3 else DONE

    await publish(bus, subject, 1)
    async with consuming(bus, subject, receive):
        await eventually(lambda: len(attempts) == 3)
        await asyncio.sleep(0.3)
    assert attempts == [1, 2, 3]


def together(subject: str, *numbers: int) -> list[Outgoing]:
    """Return these messages as one."""
    return pack(
        "things",
        [Outgoing(subject, str(n).encode(), f"{subject}-{n}", {"A": "b"}) for n in numbers],
    )


async def test_what_travels_together_is_received_as_if_each_came_alone(bus: Bus) -> None:
    subject = new_message().subject
    seen, receive = keeping()

    await bus.publish(together(subject, 1, 2, 3))
    await publish(bus, subject, 4)
    info = await bus.client.jetstream().stream_info(stream_of(subject))
    assert info.state.messages == 2
    async with consuming(bus, subject, receive):
        await eventually(lambda: len(seen) == 4)
    assert [item.payload for item in seen] == [b"1", b"2", b"3", b"4"]
    assert [item.message_id for item in seen] == [f"{subject}-{n}" for n in (1, 2, 3, 4)]
    assert [item.headers["A"] for item in seen] == ["b"] * 4


async def test_what_travels_together_comes_again_until_all_is_done(bus: Bus) -> None:
    subject = new_message().subject
    attempts: list[tuple[bytes, int]] = []

    async def receive(received: Received) -> Verdict:
        attempts.append((received.payload, received.attempt))
        return Verdict(0.05) if received.payload == b"2" and received.attempt < 3 else DONE

    await bus.publish(together(subject, 1, 2, 3))
    async with consuming(bus, subject, receive):
        await eventually(lambda: len(attempts) == 9)
        await asyncio.sleep(0.3)
    assert attempts == [(b"%d" % n, attempt) for attempt in (1, 2, 3) for n in (1, 2, 3)]


async def test_what_cannot_be_unpacked_is_handed_on_whole(bus: Bus) -> None:
    subject = new_message().subject
    seen, receive = keeping()

    await bus.publish([Outgoing(subject, b"[[1]]", "broken", {PACKED_HEADER: "2"})])
    async with consuming(bus, subject, receive):
        await eventually(lambda: bool(seen))
    assert [(item.message_id, item.payload) for item in seen] == [("broken", b"[[1]]")]


async def test_many_that_travel_together_are_handed_on_in_portions(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TOGETHER_MAX", 5)
    subject = new_message().subject
    portions: list[list[bytes]] = []

    async def receive_all(batch: Sequence[Received]) -> list[Verdict]:
        portions.append([each.payload for each in batch])
        return [DONE] * len(batch)

    await bus.publish(together(subject, 0))
    for first in range(1, 19, 3):
        await bus.publish(together(subject, first, first + 1, first + 2))
    workers = Workers()
    workers.start("consume", lambda: bus.consume(stream_of(subject), [subject], receive_all))
    try:
        await eventually(lambda: sum(map(len, portions)) == 19)
    finally:
        await workers.stop()
    assert [each for portion in portions for each in portion] == [b"%d" % n for n in range(19)]
    assert max(map(len, portions)) <= 5


async def test_a_failing_message_does_not_hold_up_the_others(bus: Bus) -> None:
    subject = new_message().subject
    done: list[bytes] = []

    async def receive(received: Received) -> Verdict:
        if received.payload == b"1":
            return Verdict(30)
        done.append(received.payload)
        return DONE

    await publish(bus, subject, 1, 2, 3)
    async with consuming(bus, subject, receive):
        await eventually(lambda: len(done) == 2)
    assert done == [b"2", b"3"]


async def test_replicas_share_and_other_services_get_their_own(bus: Bus, nats: NatsServer) -> None:
    subject = new_message().subject
    seen: dict[str, list[bytes]] = {"first": [], "second": [], "other": []}

    def receiver(name: str) -> OneByOne:
        async def receive(received: Received) -> Verdict:
            seen[name].append(received.payload)
            return DONE

        return receive

    await publish(bus, subject, *range(30))
    async with (
        bus_of(nats, "kernel-test") as replica,
        bus_of(nats, "kernel-other") as other,
        consuming(bus, subject, receiver("first")),
        consuming(replica, subject, receiver("second")),
        consuming(other, subject, receiver("other")),
    ):
        await eventually(lambda: sum(map(len, seen.values())) == 60)
    assert len(set(seen["first"]) | set(seen["second"])) == 30
    assert len(seen["first"]) + len(seen["second"]) == 30
    assert len(seen["other"]) == 30


async def test_following_shows_recent_and_coming_messages_to_everybody(
    bus: Bus, nats: NatsServer
) -> None:
    subject = new_message().subject
    await publish(bus, subject, 1)
    seen: list[list[bytes]] = [[], []]
    workers = Workers()
    async with bus_of(nats, "kernel-test") as replica:
        for follower, shown in zip((bus, replica), seen, strict=True):

            def show(received: Received, shown: list[bytes] = shown) -> None:
                shown.append(received.payload)

            def follow(follower: Bus = follower, show: object = show) -> object:
                return follower.follow([subject], timedelta(minutes=1), show)  # pyright: ignore[reportArgumentType] - bound above

            workers.start("follow", follow)  # pyright: ignore[reportArgumentType] - returns the coroutine
        await eventually(lambda: all(len(shown) == 1 for shown in seen))
        await publish(bus, subject, 2)
        await eventually(lambda: all(len(shown) == 2 for shown in seen))
        await workers.stop()
    assert seen == [[b"1", b"2"], [b"1", b"2"]]


@pytest.fixture
def own_nats(server_folder: Path) -> Iterator["RestartableNats"]:
    server = RestartableNats(server_folder / f"nats-{free_port()}")
    yield server
    server.stop()


class RestartableNats:
    """A NATS server of one test, that keeps its port and password over restarts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.server = start_nats(folder, free_port(), free_port())
        self.url = self.server.url

    def stop(self, *, lose_everything: bool = False) -> None:
        self.server.stop(remove=lose_everything)

    def start(self) -> None:
        """Start again on the same port, with the same credentials."""
        from guichet.local import nats as program  # noqa: PLC0415 - only this restart needs it
        from guichet.local.process import spawn, wait_until  # noqa: PLC0415 - the same

        broker = self.server.broker
        broker.folder.mkdir(parents=True, exist_ok=True)
        self.server.process = spawn(program.program(broker))
        assert wait_until(lambda: program.is_ready(broker), lambda: True, 20)


async def test_messages_survive_a_restart_of_nats(own_nats: RestartableNats) -> None:
    subject = new_message().subject
    seen: list[bytes] = []

    async def receive(received: Received) -> Verdict:
        seen.append(received.payload)
        return DONE

    async with bus_of(own_nats.server, "kernel-test") as bus:
        await publish(bus, subject, 1, 2)
        await asyncio.to_thread(own_nats.stop)
        assert await _raises_on_publish(bus, subject)
        await asyncio.to_thread(own_nats.start)
        await eventually(lambda: bus.is_connected)
        async with consuming(bus, subject, receive):
            await publish(bus, subject, 3)
            await eventually(lambda: set(seen) >= {b"1", b"2", b"3"})


async def _raises_on_publish(bus: Bus, subject: str) -> bool:
    try:
        async with asyncio.timeout(8):
            await publish(bus, subject, 99)
    except Exception:
        return True
    return False


async def test_an_emptied_nats_is_filled_again_from_the_outbox(
    own_nats: RestartableNats, database: Database
) -> None:
    """The whole way: everything is lost, the outbox replayed, each message handled once."""
    noted = new_message()
    handled: list[int] = []
    async with bus_of(own_nats.server, "kernel-test") as bus:
        relay = OutboxRelay(database, bus, service="things")
        inbox = Inbox(database, bus, [noted_consumer(noted, handled)])
        workers = Workers()
        workers.start("outbox", relay.run)
        workers.start("inbox", lambda: inbox.run(stream_of(noted.subject)))
        async with database.transaction() as transaction:
            await enqueue(transaction, *(noted.model_validate({"number": n}) for n in range(5)))
        await eventually(lambda: len(handled) == 5)

        await asyncio.to_thread(own_nats.stop, lose_everything=True)
        async with database.transaction() as transaction:
            await enqueue(transaction, noted.model_validate({"number": 5}))
        await asyncio.to_thread(own_nats.start)
        async with database.transaction() as transaction:
            oldest = await transaction.scalar(select(outbox.c.created_at).order_by(outbox.c.id))
            assert oldest is not None
            await replay(transaction, oldest)
        await eventually(lambda: len(handled) == 6, 40)
        await asyncio.sleep(1)
        info = await bus.client.jetstream().stream_info(stream_of(noted.subject))
        await workers.stop()
    assert sorted(handled) == [0, 1, 2, 3, 4, 5]
    # All six as one, or the last one alone, before it was known that the stream is gone.
    assert info.state.messages in (1, 2)


async def test_a_consumer_is_made_again_where_it_was_lost(bus: Bus) -> None:
    noted = new_message()
    seen: list[bytes] = []

    async def receive(received: Received) -> Verdict:
        seen.append(received.payload)
        return DONE

    await publish(bus, noted.subject, 1)
    async with consuming(bus, noted.subject, receive):
        await eventually(lambda: len(seen) == 1)
        await bus.client.jetstream().delete_stream(stream_of(noted.subject))
        await eventually_published(bus, noted.subject)
        await eventually(lambda: len(seen) == 2, 30)
    assert seen == [b"1", b"2"]


async def eventually_published(bus: Bus, subject: str) -> None:
    """Publish as the relay does: again after an error."""
    async with asyncio.timeout(20):
        while True:
            try:
                await publish(bus, subject, 2)
            except Exception:
                await asyncio.sleep(0.1)
            else:
                return
