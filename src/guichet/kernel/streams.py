"""Server-sent events: what every stream of a service has in common.

A browser's `EventSource` sends no token; clients read the stream with `fetch`, whose requests
carry `Authorization`, and connect again when it ends.
"""

import asyncio
import signal
import threading
from collections.abc import AsyncIterable, Callable, Generator
from contextlib import contextmanager
from types import FrameType

from fastapi.responses import StreamingResponse

from guichet.kernel import clock
from guichet.kernel.tokens import Principal, TokenVerifier

HEARTBEAT_SECONDS = 3.0
"""Also how soon a stream notices that its token no longer counts."""
RECONNECT_MILLISECONDS = 3000
OPENING = f"retry: {RECONNECT_MILLISECONDS}\n: connected\n\n".encode()
HEARTBEAT = b": still here\n\n"


def chunk(name: str, data: bytes, number: int | None = None) -> bytes:
    """Return one event of that name; `data` is JSON on one line, `number` its id."""
    identity = b"" if number is None else b"id: %d\n" % number
    return b"event: %s\n%sdata: %s\n\n" % (name.encode(), identity, data)


def streamed(chunks: AsyncIterable[bytes]) -> StreamingResponse:
    """Return the answer that hands chunks on as they come, past every buffer and cache."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(chunks, media_type="text/event-stream", headers=headers)


def counts_no_more(caller: Principal, verifier: TokenVerifier) -> bool:
    """Return whether the token that opened a stream has expired or was revoked."""
    return caller.expires_at < clock.seconds() or verifier.revocations.covers(caller)


class Shutdown:
    """Lets the streams of a process end as soon as it is told to stop."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()

    @property
    def has_begun(self) -> bool:
        """Whether streams shall end."""
        return self._begun.is_set()

    def begin(self) -> None:
        """Let every stream end."""
        self._begun.set()

    async def or_after(self, seconds: float) -> None:
        """Return once streams shall end, or when this much time has passed."""
        try:
            await asyncio.wait_for(self._begun.wait(), seconds)
        except TimeoutError:
            return


@contextmanager
def told_to_stop(act: Callable[[], None]) -> Generator[None]:
    """Call `act` in the event loop as soon as the process is told to stop.

    The server closes an application only after its open answers have ended, which a stream never
    does by itself; so the signal has to reach the streams directly.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(act)
        previous = before[signal.Signals(number)]
        if callable(previous):
            previous(number, frame)

    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
