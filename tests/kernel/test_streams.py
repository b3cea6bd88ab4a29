"""What a stream sends is read as it was meant, and a stream ends when it should."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncGenerator
from dataclasses import replace

from guichet.kernel.streams import (
    HEARTBEAT,
    OPENING,
    Shutdown,
    chunk,
    counts_no_more,
    streamed,
    told_to_stop,
)
from guichet.kernel.tokens import Revocations, SigningKeys, TokenVerifier
from tests.fakes.issuer import FakeIssuer
from tests.kernel.test_service import principal


def test_each_chunk_is_whole() -> None:
    assert chunk("notice", b'{"a":1}', 7) == b'event: notice\nid: 7\ndata: {"a":1}\n\n'
    assert chunk("figures", b"{}") == b"event: figures\ndata: {}\n\n"
    assert OPENING.endswith(b"\n\n")
    assert HEARTBEAT.startswith(b":"), "a comment, which no reader takes for news"


def test_nothing_on_the_way_keeps_a_stream_back() -> None:
    async def nothing() -> AsyncGenerator[bytes]:
        yield b""

    answer = streamed(nothing())
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"].startswith("text/event-stream")


def test_a_token_that_ended_ends_its_stream() -> None:
    revocations = Revocations()
    keys = SigningKeys(FakeIssuer().jwks)
    verifier = TokenVerifier(keys, revocations, issuer="guichet", audience="guichet")
    caller = principal(7, "session-7", time.time())
    assert not counts_no_more(caller, verifier)
    assert counts_no_more(replace(caller, expires_at=int(time.time()) - 1), verifier)
    revocations.revoke_session("session-7")
    assert counts_no_more(caller, verifier)


async def test_who_waits_is_let_go_at_once_when_streams_shall_end() -> None:
    shutdown = Shutdown()
    await asyncio.wait_for(shutdown.or_after(0.01), 5)
    assert not shutdown.has_begun
    waiting = asyncio.create_task(shutdown.or_after(3600))
    await asyncio.sleep(0)
    shutdown.begin()
    await asyncio.wait_for(waiting, 5)
    assert shutdown.has_begun


async def test_the_signal_to_stop_reaches_the_streams_and_the_server() -> None:
    seen: list[str] = []
    done = asyncio.Event()

    def server(_number: int, _frame: object) -> None:
        seen.append("server")

    before = signal.signal(signal.SIGTERM, server)
    try:

        def act() -> None:
            seen.append("streams")
            done.set()

        with told_to_stop(act):
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait_for(done.wait(), 5)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0.05)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert sorted(seen) == ["server", "server", "streams"]


async def test_outside_the_main_thread_signals_are_left_alone() -> None:
    def in_thread() -> bool:
        with told_to_stop(lambda: None):
            return True

    assert await asyncio.to_thread(in_thread)
