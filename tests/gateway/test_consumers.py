"""Announcements over a real NATS server."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import nats as nats_client
import pytest
from nats.aio.msg import Msg

from guichet.gateway import consumers
from guichet.gateway.consumers import Announcements, Resolve
from guichet.gateway.domain import SILENCE_SECONDS_MAX, Address, Roster
from guichet.gateway.probes import resolve
from guichet.kernel.announce import SUBJECT, Announcement
from guichet.kernel.bus import Bus
from guichet.local.servers import NatsServer

HERE = Address("127.0.0.1", 8004)


class FakeClient:
    """A NATS client whose server has what was subscribed to once `gate` is open."""

    def __init__(self) -> None:
        self.is_flushing = False
        self.gate = asyncio.Event()
        self.hear: Callable[[Msg], Awaitable[None]] | None = None

    async def subscribe(self, _subject: str, cb: Callable[[Msg], Awaitable[None]]) -> None:
        self.hear = cb

    async def flush(self) -> None:
        self.is_flushing = True
        await self.gate.wait()


class FakeBus(Bus):
    """A connection to nowhere that is always there."""

    def __init__(self) -> None:
        super().__init__("nats://nowhere", name="gateway")
        self.fake = FakeClient()

    @property
    def client(self) -> Any:
        return self.fake

    @property
    def is_connected(self) -> bool:
        return True

    async def open(self) -> None:
        return

    async def close(self) -> None:
        return


async def until(condition: Callable[[], bool]) -> bool:
    """Wait for the condition, at most a minute; return whether it holds."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not condition():  # noqa: ASYNC110 - no event tells of it
        await asyncio.sleep(0.02)
    return condition()


async def with_announcements(
    url: str,
    play: Callable[[Roster, Announcements, list[str]], Awaitable[None]],
    resolve: Resolve = resolve,
) -> None:
    """Listen to `url` while `play` runs; it gets a list that grows with each change told."""
    roster, changes = Roster(), list[str]()
    heard = Announcements(
        Bus(url, name="gateway"), roster, resolve, lambda: changes.append("changed")
    )
    task = asyncio.create_task(heard.run())
    try:
        assert await until(lambda: heard.listening_since is not None)
        await play(roster, heard, changes)
    finally:
        task.cancel()
        await asyncio.wait([task])
    assert heard.listening_since is None


async def test_an_instance_is_known_from_its_announcement_to_its_farewell(nats: NatsServer) -> None:
    client = await nats_client.connect(nats.url)

    async def play(roster: Roster, _heard: Announcements, changes: list[str]) -> None:
        here = Announcement("tickets", "tickets-a", "http://localhost:8004")
        await client.publish(SUBJECT, msgspec.json.encode(here))
        assert await until(lambda: HERE in [each.address for each in roster.of("tickets")])
        assert not changes, "it may get no request before its first probe"
        farewell = msgspec.structs.replace(here, leaving=True)
        await client.publish(SUBJECT, msgspec.json.encode(farewell))
        assert await until(lambda: not roster.all())
        assert changes

    try:
        await with_announcements(nats.url, play)
    finally:
        await client.close()


async def test_nonsense_is_passed_over(nats: NatsServer) -> None:
    client = await nats_client.connect(nats.url)

    async def play(roster: Roster, _heard: Announcements, _changes: list[str]) -> None:
        for content in (
            b"no json",
            b"{}",
            msgspec.json.encode(Announcement("unheard-of", "x", "http://127.0.0.1:1")),
            msgspec.json.encode(Announcement("tickets", "x", "http://127.0.0.1:1; include x")),
            msgspec.json.encode(Announcement("tickets", "x", "http://no.such.host.invalid:1")),
        ):
            await client.publish(SUBJECT, content)
        good = Announcement("tickets", "tickets-a", "http://127.0.0.1:8004")
        await client.publish(SUBJECT, msgspec.json.encode(good))
        assert await until(lambda: bool(roster.all()))
        assert [each.address for each in roster.all()] == [HERE]

    try:
        await with_announcements(nats.url, play)
    finally:
        await client.close()


async def test_it_listens_once_the_server_knows_of_it() -> None:
    bus = FakeBus()
    heard = Announcements(bus, Roster(), resolve, lambda: None)
    task = asyncio.create_task(heard.run())
    try:
        assert await until(lambda: bus.fake.is_flushing or heard.listening_since is not None)
        assert heard.listening_since is None, "what is said now is not heard"
        bus.fake.gate.set()
        assert await until(lambda: heard.listening_since is not None)
    finally:
        task.cancel()
        await asyncio.wait([task])


def test_silence_during_a_pause_of_its_own_does_not_count() -> None:
    roster = Roster()
    heard = Announcements(FakeBus(), roster, resolve, lambda: None)
    heard.look(100)
    roster.announced("tickets", "tickets-a", HERE, 100.5)
    heard.look(101)
    after_the_pause = 101.5 + 2 * SILENCE_SECONDS_MAX
    heard.look(after_the_pause)
    assert roster.all(), "what it said meanwhile has not been read yet"
    seconds = 0.0
    while seconds < SILENCE_SECONDS_MAX:
        assert roster.all()
        seconds += 0.5
        heard.look(after_the_pause + seconds)
    heard.look(after_the_pause + seconds + 0.5)
    assert not roster.all()


async def test_a_name_that_is_slow_to_resolve_holds_up_nobody_else(nats: NatsServer) -> None:
    gate = asyncio.Event()
    asked: list[str] = []

    async def scripted(target: Address) -> list[Address]:
        asked.append(target.host)
        if target.host == "slow.internal":
            await gate.wait()
            return [Address("10.0.0.9", target.port)]
        return [target]

    client = await nats_client.connect(nats.url)

    async def say(instance: str, host: str, *, leaving: bool = False) -> None:
        said = Announcement("tickets", instance, f"http://{host}:8004", leaving)
        await client.publish(SUBJECT, msgspec.json.encode(said))

    async def play(roster: Roster, _heard: Announcements, changes: list[str]) -> None:
        await say("tickets-slow", "slow.internal")
        await say("tickets-slow", "slow.internal")
        await say("tickets-a", HERE.host)
        assert await until(lambda: [each.address for each in roster.all()] == [HERE])
        await say("tickets-slow", "slow.internal", leaving=True)
        await say("tickets-b", "127.0.0.2")
        assert await until(lambda: len(roster.all()) == 2)
        gate.set()
        assert await until(lambda: bool(changes)), "its farewell came after its announcement"
        assert [each.name for each in roster.all()] == ["tickets-a", "tickets-b"]
        assert asked.count("slow.internal") == 2, "of what waits, only the last counts"

    try:
        await with_announcements(nats.url, play, scripted)
    finally:
        await client.close()


async def test_names_are_resolved_for_so_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "RESOLVING_MAX", 2)
    gate, asked, roster = asyncio.Event(), list[str](), Roster()

    async def scripted(target: Address) -> list[Address]:
        asked.append(target.host)
        await gate.wait()
        return [Address(target.host.replace("host", "10.0.0."), target.port)]

    bus = FakeBus()
    bus.fake.gate.set()
    task = asyncio.create_task(Announcements(bus, roster, scripted, lambda: None).run())

    async def hear(*numbers: int) -> None:
        assert bus.fake.hear is not None
        for number in numbers:
            said = Announcement("tickets", f"tickets-{number}", f"http://host{number}:8004")
            await bus.fake.hear(Msg(bus.client, SUBJECT, data=msgspec.json.encode(said)))

    try:
        assert await until(lambda: bus.fake.hear is not None)
        await hear(1, 2, 3)
        assert await until(lambda: len(asked) >= 2)
        assert asked == ["host1", "host2"]
        gate.set()
        assert await until(lambda: len(roster.all()) == 2)
        await hear(3)
        assert await until(lambda: len(roster.all()) == 3)
    finally:
        task.cancel()
        await asyncio.wait([task])
