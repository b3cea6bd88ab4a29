"""Requests that would confuse, hold or fill a server. See docs/attacks.md."""

import asyncio
import contextlib
import os
import stat
import statistics
import time
from dataclasses import dataclass

import aiohttp
import psutil
import pytest

from tests.system.running import System
from tests.system.slow_clients import tormenting

CARD = "378282246310005"
"""Published for tests; of a brand that is not taken here."""
SLOW_TRIES_MAX, SLOW_ROUNDS, SLOW_REQUESTS, SLOW_EVERY_SECONDS = 5, 4, 50, 0.03
TURN_SECONDS = 0.005
CONTRADICTIONS = (
    b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    b"Content-Length: -1\r\n\r\n",
    b"Content-Length: 0x5\r\n\r\nhello",
    b"Content-Length : 5\r\n\r\nhello",
)


async def raw(port: int, sent: bytes) -> bytes:
    """Send these bytes and return what comes back until the server closes or goes silent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    await writer.drain()
    with contextlib.suppress(TimeoutError, ConnectionError):
        return await asyncio.wait_for(reader.read(4096), 20)
    writer.close()
    return b""


@pytest.mark.parametrize("part", CONTRADICTIONS)
async def test_a_body_of_two_lengths_is_refused(system: System, part: bytes) -> None:
    start = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    for listener in ("gateway", "load_balancer"):
        answer = await raw(system.port(listener), start + part)
        assert answer.split(b" ")[1] in {b"400", b"501"}, answer[:200]


async def test_what_is_too_large_or_too_deep_is_refused(system: System) -> None:
    person = await system.demo("user")
    for path in ("/auth/login", "/tickets/purchase", "/tickets/quote", "/events", "/users/profile"):
        method = "PUT" if path == "/users/profile" else "POST"
        huge = await system.call(method, path, {"name": "x" * 1_500_000}, who=person)
        assert huge.status == 413, path
        deep: object = 1
        for _ in range(900):
            deep = [deep]
        nested = await system.call(method, path, {"name": deep, "extra": deep}, who=person)
        assert nested.status in {400, 403, 422}, (path, nested.status)


async def test_a_line_break_stands_in_no_header_and_no_log(system: System) -> None:
    person = await system.register()
    for break_ in ("\r\nBcc: evil@example.com", '\n{"level":"forged"}', "\u2028x"):
        body = {"name": f"Zoé{break_}"}
        assert (await system.call("PUT", "/users/profile", body, who=person)).status == 422
    await system.call("GET", "/events?q=a%0d%0aforged-line")
    for log in (system.storage / "logs").glob("*.log"):
        assert "\nforged-line" not in log.read_text("utf-8", errors="replace")


async def test_a_card_number_in_any_field_is_kept_nowhere(system: System) -> None:
    person = await system.register()
    creator = await system.demo("event_creator")
    event = await system.event()
    for method, path, body, who in (
        ("PUT", "/users/profile", {"name": CARD, "bio": CARD, "city": CARD}, person),
        ("PATCH", f"/events/{event['id']}", {"title": CARD}, creator),
        ("PATCH", f"/events/{event['id']}", {"description": f"{CARD} x"}, creator),
        ("POST", f"/events/{event['id']}/speakers", {"name": CARD}, creator),
        ("POST", "/tickets/quote", {"event_id": event["id"], "promo_code": CARD}, None),
        ("POST", "/auth/email/change", {"email": f"{CARD}@example.com", "password": CARD}, person),
    ):
        answer = await system.call(method, path, body, who=who)
        assert CARD.encode() not in answer.content, path
    await system.call("GET", f"/events?q={CARD}", headers={"User-Agent": CARD, "Referer": CARD})
    for log in (system.storage / "logs").iterdir():
        assert CARD not in log.read_text("utf-8", errors="replace"), log.name
    # test_zz_afterwards.py looks through every other file.


async def test_slow_and_huge_requests_do_not_slow_the_others(system: System) -> None:
    """The p95 of requests that reach service and database stays within half more.

    In turns with the tormentors and without, so that a busy machine slows both alike. What is left
    is chance: of 200 requests the p95 hangs on the slowest ten, and one turn at the processor
    that somebody else has lasts some milliseconds. Chance passes, so five tries count as one; a
    gateway that is held up by such clients is so in each. Requests come at their times, whatever
    became of those before: were they asked one after the other, few would meet a long hold.
    """
    tries = [await _ninety_fifths(system)]
    while not _is_within(tries[-1]) and len(tries) < SLOW_TRIES_MAX:
        tries.append(await _ninety_fifths(system))
    assert _is_within(tries[-1]), tries


def _is_within(seconds: tuple[float, float]) -> bool:
    alone, beside = seconds
    return beside <= 1.5 * alone + TURN_SECONDS


async def _ninety_fifths(system: System) -> tuple[float, float]:
    """Return the p95 in seconds of requests alone, and beside slow and huge ones."""
    person = await system.demo("user")
    url, headers = system.url("/events?per_page=5"), {"Authorization": f"Bearer {person.token}"}

    async def one(session: aiohttp.ClientSession, number: int) -> float:
        await asyncio.sleep(number * SLOW_EVERY_SECONDS)
        begun = time.perf_counter()
        async with session.get(url, headers=headers) as answer:
            assert answer.status == 200
            await answer.read()
        return time.perf_counter() - begun

    async def seconds(session: aiohttp.ClientSession) -> list[float]:
        return await asyncio.gather(*(one(session, number) for number in range(SLOW_REQUESTS)))

    alone: list[float] = []
    beside: list[float] = []
    async with aiohttp.ClientSession() as session:
        for _ in range(SLOW_ROUNDS):
            alone += await seconds(session)
            async with tormenting(system.port("gateway")) as tormentors:
                beside += await seconds(session)
                # Nobody was measured beside tormentors that had gone home.
                working = sum(not task.done() for task in tormentors)
                assert working > len(tormentors) / 2, working
    first, second = (statistics.quantiles(each, n=20)[18] for each in (alone, beside))
    return first, second


async def test_a_client_that_sends_nothing_more_is_dropped(system: System) -> None:
    """nginx waits ten seconds for the rest of a head, or for more of a body."""

    async def dropped(sent: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", system.port("gateway"))
        writer.write(sent)
        with contextlib.suppress(ConnectionError):
            assert b"HTTP/1.1 200" not in await asyncio.wait_for(reader.read(1000), 40)
        writer.close()

    await asyncio.gather(
        dropped(b"GET /api/v1/events HTTP/1.1\r\nHost: x\r\n"),
        dropped(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"),
    )


def test_what_is_private_is_its_owners_alone(system: System) -> None:
    assert stat.S_IMODE((system.storage / "secrets.env").stat().st_mode) == 0o600
    data = (system.storage / "postgres").resolve() / "data"
    assert stat.S_IMODE(data.stat().st_mode) in {0o700, 0o750}
    for secret in (data / "pg_hba.conf",):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600


@dataclass(frozen=True)
class Server:
    """What the machine tells of a process."""

    name: str
    parent: int
    user: int
    command: str


def told(processes: list[psutil.Process]) -> list[Server]:
    """Return what is told of them; some live for a moment only, and are left out."""
    found: list[Server] = []
    for one in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            command = " ".join(one.cmdline())
            found.append(Server(one.name(), one.ppid(), one.uids().effective, command))
    return found


def test_no_server_of_others_programs_runs_as_root(system: System) -> None:
    family = told(system.family())
    postgres = [one for one in family if one.name == "postgres"]
    workers = [one for one in family if one.name == "nginx" and one.parent != system.process.pid]
    assert postgres
    assert workers
    if os.geteuid() == 0:
        assert 0 not in {one.user for one in postgres}
        servers = [one for one in workers if "worker" in one.command]
        assert servers
        assert 0 not in {one.user for one in servers}


def test_the_services_sign_in_with_lesser_rights(system: System) -> None:
    environ = psutil.Process(system.pid("tickets")).environ()
    assert "OWNER_DSN" not in " ".join(environ)
