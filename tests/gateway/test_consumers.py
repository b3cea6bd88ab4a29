"""Announcements over a real NATS server."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import nats as nats_client

from guichet.gateway.consumers import Announcements
from guichet.gateway.domain import Address, Roster
from guichet.gateway.probes import resolve
from guichet.kernel.announce import SUBJECT, Announcement
from guichet.kernel.bus import Bus
from guichet.local.servers import NatsServer

HERE = Address("127.0.0.1", 8004)


async def until(condition: Callable[[], bool]) -> bool:
    """Wait at most five seconds for the condition."""
    for _ in range(250):
        if condition():
            return True
        await asyncio.sleep(0.02)
    return False


async def with_announcements(
    url: str, play: Callable[[Roster, Announcements, list[str]], Awaitable[None]]
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
