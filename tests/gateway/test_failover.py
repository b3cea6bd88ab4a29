"""Instances come and go under load: what a client notices of it."""

import asyncio
import itertools
import os
import signal
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import msgspec
import nats as nats_client
import pytest

from guichet.kernel.announce import SUBJECT, Announcement
from tests.gateway.conftest import Echo, Gateway

CLIENTS = 8
TICKETS = "/api/v1/tickets/x"


@dataclass
class Seen:
    """What the clients got: statuses by method, and the key of each POST by its status."""

    statuses: dict[str, Counter[int]] = field(
        default_factory=lambda: {"GET": Counter(), "POST": Counter()}
    )
    keys: dict[str, int] = field(default_factory=dict[str, int])

    def failures(self, method: str) -> int:
        return sum(n for status, n in self.statuses[method].items() if status != 200)


@asynccontextmanager
async def load(gateway: Gateway) -> AsyncGenerator[Seen]:
    """Keep GETs and POSTs running, each POST with a key of its own, until the block is done."""
    seen, numbers = Seen(), itertools.count()
    done = asyncio.Event()

    async def client(session: aiohttp.ClientSession) -> None:
        while not done.is_set():
            key = f"k{next(numbers)}"
            for method in ("GET", "POST"):
                url = f"{gateway.url()}{TICKETS}?key={key}&wait=0.01"
                async with session.request(method, url) as answer:
                    await answer.read()
                    seen.statuses[method][answer.status] += 1
                    if method == "POST":
                        seen.keys[key] = answer.status

    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        for _ in range(CLIENTS):
            group.create_task(client(session))
        try:
            yield seen
        finally:
            done.set()


async def on_a_thread(act: Callable[[], object]) -> None:
    """Do something that waits, while the load goes on."""
    assert await asyncio.to_thread(act) is not False


def arrivals(*echoes: Echo) -> Counter[str]:
    """Return how often each POST arrived at any of the instances."""
    return Counter(key for echo in echoes for key in echo.posted())


@pytest.fixture
def pair(gateway: Gateway) -> tuple[Echo, Echo]:
    """The two instances of tickets, their journals empty."""
    echoes = (gateway.echoes["tickets-1"], gateway.echoes["tickets-2"])
    for echo in echoes:
        echo.journal.unlink(missing_ok=True)
        assert gateway.settles(echo, "up")
    return echoes


async def test_an_instance_is_killed_under_load(gateway: Gateway, pair: tuple[Echo, Echo]) -> None:
    _, victim = pair
    async with load(gateway) as seen:
        await asyncio.sleep(1)
        await on_a_thread(victim.kill)
        await on_a_thread(lambda: gateway.settles(victim, "down", 4))
        lost = seen.failures("POST")
        await asyncio.sleep(1)
        assert seen.failures("POST") == lost, "a dead instance got requests"
        victim.launch()
        await on_a_thread(lambda: gateway.settles(victim, "up", 5))
        await asyncio.sleep(0.5)
    assert seen.failures("GET") == 0, seen.statuses
    assert seen.statuses["GET"][200] > 300
    assert lost <= CLIENTS, "only what was under way on the dead instance may fail"
    assert set(seen.statuses["POST"]) <= {200, 502}
    arrived = arrivals(*pair)
    assert max(arrived.values()) == 1, "a POST was sent twice"
    assert all(arrived[key] == 1 for key, status in seen.keys.items() if status == 200)


async def test_a_stopped_instance_is_left_out_and_comes_back(
    gateway: Gateway, pair: tuple[Echo, Echo]
) -> None:
    _, sleeper = pair
    assert sleeper.process is not None
    async with load(gateway) as seen:
        os.kill(sleeper.process.pid, signal.SIGSTOP)
        try:
            await on_a_thread(lambda: gateway.settles(sleeper, "slow", 6))
            before = seen.statuses["GET"][200]
            await asyncio.sleep(1)
            served = seen.statuses["GET"][200] - before
        finally:
            os.kill(sleeper.process.pid, signal.SIGCONT)
        await on_a_thread(lambda: gateway.settles(sleeper, "up", 6))
    assert seen.failures("GET") == 0
    assert seen.failures("POST") == 0
    assert served > 0 or before > 100, "the other instance did not go on"


async def test_nginx_is_reloaded_under_load_and_nobody_notices(
    gateway: Gateway, pair: tuple[Echo, Echo]
) -> None:
    pid = int((gateway.folder / "storage" / "nginx" / "nginx.pid").read_text())
    async with load(gateway) as seen:
        for _ in range(6):
            await asyncio.sleep(0.4)
            os.kill(pid, signal.SIGHUP)
        await asyncio.sleep(0.5)
    assert set(seen.statuses["GET"]) == set(seen.statuses["POST"]) == {200}
    assert set(arrivals(*pair).values()) == {1}


@asynccontextmanager
async def announcing(gateway: Gateway, echo: Echo) -> AsyncGenerator[Callable[[], Awaitable[None]]]:
    """Announce an instance every half second; what is yielded says its farewell."""
    client = await nats_client.connect(gateway.nats.url)
    here = Announcement("tickets", f"{echo.name}-1", echo.url)

    async def repeat() -> None:
        while True:
            await client.publish(SUBJECT, msgspec.json.encode(here))
            await asyncio.sleep(0.5)

    task = asyncio.create_task(repeat())

    async def leave() -> None:
        task.cancel()
        farewell = msgspec.structs.replace(here, leaving=True)
        await client.publish(SUBJECT, msgspec.json.encode(farewell))
        await client.flush()

    try:
        yield leave
    finally:
        task.cancel()
        await client.close()


async def test_an_announced_instance_gets_requests_until_its_farewell(
    gateway: Gateway, pair: tuple[Echo, Echo]
) -> None:
    late = gateway.echoes["late"]
    late.start()
    async with load(gateway) as seen, announcing(gateway, late) as leave:
        await on_a_thread(lambda: gateway.settles(late, "up", 6))
        await asyncio.sleep(0.5)
        assert late.posted(), "it got no requests"
        await leave()
        await on_a_thread(lambda: gateway.settles(late, "unknown", 3))
        await asyncio.sleep(0.5)
        late.kill()
        await asyncio.sleep(0.3)
    assert set(seen.statuses["GET"]) == set(seen.statuses["POST"]) == {200}
    assert set(arrivals(*pair, late).values()) == {1}


async def test_an_instance_that_falls_silent_is_forgotten(gateway: Gateway) -> None:
    late = gateway.echoes["late"]
    late.start()
    async with announcing(gateway, late):
        await on_a_thread(lambda: gateway.settles(late, "up", 6))
    try:
        await on_a_thread(lambda: gateway.settles(late, "unknown", 9))
    finally:
        late.kill()


async def test_announcements_that_make_no_sense_change_nothing(gateway: Gateway) -> None:
    before = gateway.configuration()
    client = await nats_client.connect(gateway.nats.url)
    try:
        for url in (
            "http://127.0.0.1:1;}",
            "file:///etc/passwd",
            "http://a b:80",
            "http://x:99999",
        ):
            said = Announcement("tickets", "evil", url)
            await client.publish(SUBJECT, msgspec.json.encode(said))
        await client.publish(SUBJECT, b"\xff not json")
        await client.publish(
            SUBJECT, msgspec.json.encode(Announcement("admin", "evil", "http://127.0.0.1:1"))
        )
        await client.flush()
        await asyncio.sleep(1.5)
    finally:
        await client.close()
    assert gateway.configuration() == before
    assert gateway.health()["gateway"]["announcements"] == "heard"
