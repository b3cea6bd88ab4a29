"""Clients that send too slowly or too much, all at once, for as long as one lets them.

They strike the service that is measured beside them: its event loop is what a huge body would hold.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

OF_EACH_SLOW_KIND, OF_EACH_HUGE_KIND = 50, 2
DRIP_SECONDS, AGAIN_SECONDS = 1.0, 0.3
BODY_BYTES, BODY_BYTES_REFUSED = 250_000, 12_000_000
ANSWER_SECONDS = 0.5
LINE = b"POST /api/v1/events HTTP/1.1\r\nHost: x\r\n"

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Client = Callable[[int], Awaitable[None]]
"""Connects to the port and keeps it busy, for ever."""


def _head(length: int) -> bytes:
    return LINE + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % length


def _slow(begin: bytes, drop: bytes) -> Client:
    """Return a client that sends `begin` at once, then a drop a second; dropped, it comes again."""

    async def run(port: int) -> None:
        while True:
            with suppress(ConnectionError):
                async with _connected(port) as (_, writer):
                    writer.write(begin)
                    while True:
                        await asyncio.sleep(DRIP_SECONDS)
                        writer.write(drop)
                        await writer.drain()

    return run


def _huge(length: int) -> Client:
    """Return a client that announces a body, sends it unless it is refused, and comes again.

    The body is costly to read: a service that lets in too much of it does nothing else meanwhile.
    """
    head = _head(length).replace(LINE, LINE + b"Connection: close\r\n")
    body = b"[" + b"[1]," * ((length - 4) // 4) + b"1]"
    body += b" " * (length - len(body))

    async def run(port: int) -> None:
        while True:
            with suppress(ConnectionError):
                async with _connected(port) as (reader, writer):
                    writer.write(head)
                    # Not wait_for, which loses a cancellation that comes with the answer.
                    with suppress(TimeoutError):
                        async with asyncio.timeout(ANSWER_SECONDS):
                            assert await reader.read(12)
                        await asyncio.sleep(AGAIN_SECONDS)
                        continue
                    writer.write(body)
                    await writer.drain()
                    assert await reader.read(12)
            await asyncio.sleep(AGAIN_SECONDS)

    return run


@asynccontextmanager
async def _connected(
    port: int,
) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


CLIENTS: tuple[tuple[Client, int], ...] = (
    (_slow(LINE, b""), OF_EACH_SLOW_KIND),
    (_slow(LINE, b"X-More: x\r\n"), OF_EACH_SLOW_KIND),
    (_slow(_head(BODY_BYTES) + b"{", b""), OF_EACH_SLOW_KIND),
    (_slow(_head(BODY_BYTES) + b"{", b" "), OF_EACH_SLOW_KIND),
    (_huge(BODY_BYTES), OF_EACH_HUGE_KIND),
    (_huge(BODY_BYTES_REFUSED), OF_EACH_HUGE_KIND),
)


@asynccontextmanager
async def tormenting(port: int) -> AsyncGenerator[list[asyncio.Task[None]]]:
    """Have them all at work; yields their tasks."""
    tasks = [asyncio.ensure_future(client(port)) for client, count in CLIENTS for _ in range(count)]
    try:
        await asyncio.sleep(AGAIN_SECONDS)
        yield tasks
    finally:
        while at_work := [task for task in tasks if not task.done()]:
            for task in at_work:
                task.cancel()
            await asyncio.wait(at_work, timeout=1)
