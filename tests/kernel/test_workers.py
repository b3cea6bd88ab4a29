"""Workers run until the end, and again after each failure."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from guichet.kernel import workers as module
from guichet.kernel.workers import Workers, every


@pytest.fixture(autouse=True)
def brief_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESTART_SECONDS_FIRST", 0.005)
    monkeypatch.setattr(module, "RESTART_SECONDS_MAX", 0.02)


async def run_until(act: Callable[[], Awaitable[None]], done: asyncio.Event) -> None:
    workers = Workers()
    workers.start("test", act)
    try:
        async with asyncio.timeout(30):
            await done.wait()
    finally:
        await workers.stop()


async def test_a_worker_that_fails_or_ends_is_started_again() -> None:
    runs: list[int] = []
    done = asyncio.Event()

    async def act() -> None:
        runs.append(1)
        if len(runs) == 5:
            done.set()
        if len(runs) % 2:
            raise RuntimeError("again")

    await run_until(act, done)
    assert len(runs) >= 5


async def test_pauses_grow_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    done = asyncio.Event()
    sleep = asyncio.sleep

    async def noting(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 6:
            done.set()
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", noting)

    async def act() -> None:
        raise RuntimeError("again")

    await run_until(act, done)
    assert pauses[:6] == [0.005, 0.01, 0.02, 0.02, 0.02, 0.02]


async def test_one_failing_worker_leaves_the_others_alone() -> None:
    steady = asyncio.Event()
    ended: list[str] = []

    async def broken() -> None:
        raise RuntimeError("always")

    async def good() -> None:
        try:
            await asyncio.sleep(0.05)
            steady.set()
            await asyncio.Event().wait()
        finally:
            ended.append("good")

    workers = Workers()
    workers.start("broken", broken)
    workers.start("good", good)
    async with asyncio.timeout(30):
        await steady.wait()
    await workers.stop()
    assert ended == ["good"]


async def test_stopping_waits_no_longer_than_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STOP_SECONDS_MAX", 0.05)
    started, released = asyncio.Event(), asyncio.Event()

    async def stubborn() -> None:
        started.set()
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                continue

    workers = Workers()
    workers.start("stubborn", stubborn)
    await started.wait()
    try:
        async with asyncio.timeout(30):
            await workers.stop()
    finally:
        released.set()
    assert started.is_set()


async def test_a_worker_that_misses_that_it_should_end_is_told_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "STOP_SECONDS_MAX", 0.2)
    started, missed = asyncio.Event(), asyncio.Event()
    ended: list[str] = []

    async def deaf_once() -> None:
        try:
            started.set()
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            missed.set()
            await asyncio.Event().wait()
        finally:
            ended.append("deaf once")

    workers = Workers()
    workers.start("deaf once", deaf_once)
    await started.wait()
    await workers.stop()
    assert (missed.is_set(), ended) == (True, ["deaf once"])


async def test_a_worker_that_fails_over_its_end_is_not_started_again() -> None:
    """As a worker at NATS does whose connection is closed: it went on for ever."""
    started = asyncio.Event()
    runs: list[int] = []

    async def failing() -> None:
        runs.append(1)
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ConnectionError from None

    workers = Workers()
    workers.start("failing", failing)
    await started.wait()
    await workers.stop()
    await asyncio.sleep(0.05)
    assert runs == [1]


async def test_every_acts_again_and_again() -> None:
    acts: list[int] = []
    done = asyncio.Event()

    async def act() -> None:
        acts.append(1)
        if len(acts) == 3:
            done.set()

    await run_until(every(0.001, act), done)
    assert len(acts) >= 3
