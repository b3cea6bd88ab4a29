"""Probing real servers, and looking names up."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from guichet.gateway import probes
from guichet.gateway.domain import Address, Roster, State
from guichet.gateway.probes import Names, Prober, resolve
from guichet.local.ports import free_port


@asynccontextmanager
async def instance(port: int, status: Callable[[], int]) -> AsyncGenerator[None]:
    """An instance whose readiness is what `status` says; 0 means that it does not answer."""

    async def ready(_request: web.Request) -> web.Response:
        if status() == 0:
            await asyncio.sleep(30)
        return web.Response(status=status(), headers={"Location": "/elsewhere"})

    app = web.Application()
    app.router.add_get("/health/ready", ready)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def reaches(roster: Roster, state: State) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if [each.state for each in roster.all()] == [state]:
            return True
        await asyncio.sleep(0.02)
    return False


async def test_an_instance_is_followed_through_its_states() -> None:
    here, statuses, changes = Address("127.0.0.1", free_port()), [200], list[State]()
    roster = Roster()
    roster.place("auth", here, [here])
    async with aiohttp.ClientSession() as session:
        prober = Prober(session, roster, lambda: changes.append(roster.all()[0].state))
        task = asyncio.create_task(prober.run())
        try:
            async with instance(here.port, lambda: statuses[-1]):
                assert await reaches(roster, State.UP)
                assert (roster.all()[0].latency_seconds or 0) > 0
                for wrong in (503, 302, 0):
                    statuses.append(wrong)
                    seen = State.DOWN if wrong else State.SLOW
                    assert await reaches(roster, seen), wrong
                    statuses.append(200)
                    assert await reaches(roster, State.UP)
            assert await reaches(roster, State.DOWN)
        finally:
            task.cancel()
            await asyncio.wait([task])
    # Between them others may be told of, where the machine paused during a probe.
    told, up, down = iter(changes), State.UP, State.DOWN
    assert all(state in told for state in (up, down, up, down, up, State.SLOW, up, down))


async def test_names_are_resolved_to_addresses() -> None:
    assert Address("127.0.0.1", 80) in await resolve(Address("localhost", 80))
    assert await resolve(Address("10.1.2.3", 80)) == [Address("10.1.2.3", 80)]
    with pytest.raises(OSError, match=r"\S"):
        await resolve(Address("no.such.host.invalid", 80))


async def test_a_name_that_cannot_be_resolved_keeps_its_last_addresses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name, first, second = (Address(host, 80) for host in ("auth.internal", "10.0.0.1", "10.0.0.2"))
    answers: list[list[Address] | OSError] = [[first], OSError("no name server"), [second]]

    async def scripted(_target: Address) -> list[Address]:
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    monkeypatch.setattr(probes, "resolve", scripted)
    roster = Roster()
    names = Names({"auth": [name]}, roster, lambda: None)
    await names.place_all(presumed=True)
    assert roster.in_rotation("auth") == [first]
    await names.place_all()
    assert roster.in_rotation("auth") == [first]
    await names.place_all()
    assert [each.address for each in roster.all()] == [second]


async def test_names_are_looked_up_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "RESOLVE_SECONDS", 0.01)
    looked, target = asyncio.Event(), Address("10.0.0.1", 80)
    names = Names({"auth": [target]}, Roster(), looked.set)
    task = asyncio.create_task(names.run())
    try:
        await asyncio.wait_for(looked.wait(), 5)
    finally:
        task.cancel()
    assert looked.is_set()
