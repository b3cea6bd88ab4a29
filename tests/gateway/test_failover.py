"""Instances come and go under load: what a client notices of it."""

import asyncio
import itertools
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import aiohttp
import msgspec
import nats as nats_client
import psutil
import pytest

from guichet.kernel.announce import SUBJECT, Announcement
from guichet.local.process import wait_until
from tests.gateway.conftest import Echo, Gateway

CLIENTS = 8
TICKETS = "/api/v1/tickets/x"
KEPT_IDLE_SECONDS = 3.0


@dataclass
class Seen:
    """What the clients got: statuses by method, and the key of each POST by its status."""

    statuses: dict[str, Counter[int]] = field(
        default_factory=lambda: {"GET": Counter(), "POST": Counter()}
    )
    keys: dict[str, int] = field(default_factory=dict[str, int])
    failed_posts: list[float] = field(default_factory=list[float])
    """When each POST was begun that failed, in seconds of the monotonic clock."""

    def failures(self, method: str) -> int:
        return sum(n for status, n in self.statuses[method].items() if status != 200)


@asynccontextmanager
async def load(gateway: Gateway) -> AsyncGenerator[Seen]:
    """Keep GETs and POSTs running, each POST with a key of its own, until the block is done."""
    seen, numbers = Seen(), itertools.count()
    done = asyncio.Event()

    async def ask(session: aiohttp.ClientSession, method: str, key: str) -> None:
        began = time.monotonic()
        url = f"{gateway.url()}{TICKETS}?key={key}&wait=0.01"
        async with session.request(method, url) as answer:
            await answer.read()
        seen.statuses[method][answer.status] += 1
        if method == "POST":
            seen.keys[key] = answer.status
            if answer.status != HTTPStatus.OK:
                seen.failed_posts.append(began)

    async def client(session: aiohttp.ClientSession) -> None:
        answered = time.monotonic()
        while not done.is_set():
            key = f"k{next(numbers)}"
            for method in ("GET", "POST"):
                try:
                    await ask(session, method, key)
                except aiohttp.ClientConnectionError:
                    # After a reload nginx closes what is idle for so long: this process paused.
                    if time.monotonic() - answered < KEPT_IDLE_SECONDS:
                        raise
                answered = time.monotonic()

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


def workers(gateway: Gateway) -> set[int]:
    """Return the processes of nginx that serve; a reload replaces them all."""
    pid = int((gateway.folder / "storage" / "nginx" / "nginx.pid").read_text())
    return {worker.pid for worker in psutil.Process(pid).children()}


async def are_gone(gateway: Gateway, before: set[int]) -> None:
    """Wait until nginx has reloaded, and nobody serves any more by what it had before."""
    await on_a_thread(lambda: wait_until(lambda: not workers(gateway) & before, lambda: True, 60))


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
        before = workers(gateway)
        await on_a_thread(victim.kill)
        await on_a_thread(lambda: gateway.settles(victim, "down"))
        await are_gone(gateway, before)
        left_out = time.monotonic()
        await asyncio.sleep(1)
        assert not [began for began in seen.failed_posts if began > left_out], (
            "a dead instance got requests"
        )
        victim.launch()
        await on_a_thread(lambda: gateway.settles(victim, "up"))
        await asyncio.sleep(0.5)
    assert seen.failures("GET") == 0, seen.statuses
    assert seen.statuses["GET"][200] > 20
    assert seen.failures("POST") <= CLIENTS, "only what was under way there may fail"
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
            before = seen.statuses["GET"][200]
            # In all less than the 15 s for which nginx waits for what is under way there.
            await on_a_thread(lambda: gateway.settles(sleeper, "slow", 12))
            await asyncio.sleep(1)
            served = seen.statuses["GET"][200] - before
        finally:
            os.kill(sleeper.process.pid, signal.SIGCONT)
        await on_a_thread(lambda: gateway.settles(sleeper, "up"))
    assert seen.failures("GET") == 0
    assert seen.failures("POST") == 0
    assert served > CLIENTS, "the other instance did not go on"


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


def known_of(health: dict[str, Any]) -> set[str]:
    """Return the names and addresses of all instances."""
    instances = [each for service in health["services"].values() for each in service["instances"]]
    return {each[name] for each in instances for name in ("instance", "address")}


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
        await on_a_thread(lambda: gateway.settles(late, "up"))
        await on_a_thread(lambda: wait_until(lambda: bool(late.posted()), lambda: True, 30))
        before = workers(gateway)
        await leave()
        await on_a_thread(lambda: gateway.settles(late, "unknown"))
        await are_gone(gateway, before)
        late.kill()
        await asyncio.sleep(0.3)
    assert set(seen.statuses["GET"]) == set(seen.statuses["POST"]) == {200}
    assert set(arrivals(*pair, late).values()) == {1}


async def test_an_instance_that_falls_silent_is_forgotten(gateway: Gateway) -> None:
    late = gateway.echoes["late"]
    late.start()
    async with announcing(gateway, late):
        await on_a_thread(lambda: gateway.settles(late, "up"))
    try:
        await on_a_thread(lambda: gateway.settles(late, "unknown", 60))
    finally:
        late.kill()


async def test_announcements_that_make_no_sense_change_nothing(gateway: Gateway) -> None:
    late = gateway.echoes["late"]
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
    finally:
        await client.close()
    late.start()
    try:
        # What comes later and makes sense is in use: what came before has been judged.
        async with announcing(gateway, late) as leave:
            await on_a_thread(lambda: gateway.settles(late, "up"))
            configuration, health = gateway.configuration(), gateway.health()
            await leave()
        await on_a_thread(lambda: gateway.settles(late, "unknown"))
    finally:
        late.kill()
    for address in ("127.0.0.1:1;", "127.0.0.1:1 ", "passwd", "a b:80", "x:99999", "evil"):
        assert address not in configuration
        assert address.strip(" ;") not in known_of(health)
    assert health["gateway"]["announcements"] == "heard"
