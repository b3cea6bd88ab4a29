"""The load generator: HTTP/1.1 over kept connections, in a process of its own.

Requests are prepared bytes, so that while the clock runs there is nothing to do but write them
and read what comes back: about 10 µs a request, a small part of what any of them costs to serve.
A closed loop says how much is served at all (each connection sends its next request when it has
its answer); an open loop sends at a fixed rate whatever comes back, and counts the latency from
when a request was due, so that a stall is felt by all who would have come meanwhile.
"""

import asyncio
import multiprocessing
import re
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import cast

import uvloop

LOST = 0
"""Counted as the status of a request whose connection broke."""
UNANSWERED_SECONDS_MAX = 20.0
REOPEN_SECONDS = 0.1
PAUSE_SECONDS_MIN = 0.001
HOST = "127.0.0.1"
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_CLOSES = re.compile(rb"connection: *close", re.IGNORECASE)
_CHUNKED = re.compile(rb"transfer-encoding: *chunked", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Load:
    """What is to be sent. `rate` (requests a second) makes it an open loop; else it is closed.

    A closed loop ends when the requests are used up or `seconds` are over, whichever is first;
    with `repeat` the requests begin again instead.
    """

    port: int
    requests: Sequence[bytes]
    connections: int = 64
    seconds: float = 8.0
    rate: float | None = None
    repeat: bool = False
    keep_bodies: bool = False


@dataclass(slots=True)
class Outcome:
    """What came back: how many of each status, and for each answer when and how long it took.

    `ends` are seconds from the start, `latencies` seconds, `numbers` say which request it was:
    all in the order of the answers, as are the bodies, where they were to be kept.
    """

    statuses: Counter[int] = field(default_factory=Counter[int])
    ends: list[float] = field(default_factory=list[float])
    latencies: list[float] = field(default_factory=list[float])
    answered: list[int] = field(default_factory=list[int])
    numbers: list[int] = field(default_factory=list[int])
    bodies: list[bytes] = field(default_factory=list[bytes])
    seconds: float = 0.0

    def rate(self, status: int, warm_up: float = 0.15) -> float:
        """Return answers of that status a second, without the first part of the time."""
        since = self.seconds * warm_up
        counted = sum(
            1
            for end, got in zip(self.ends, self.answered, strict=True)
            if got == status and end >= since
        )
        return counted / (self.seconds - since) if self.seconds else 0.0

    def percentile(self, share: float, status: int | None = None) -> float:
        """Return the latency in milliseconds within which that share of the answers came."""
        values = sorted(
            latency
            for latency, got in zip(self.latencies, self.answered, strict=True)
            if status is None or got == status
        )
        return 1000 * values[min(len(values) - 1, int(share * len(values)))] if values else 0.0


class _Run:
    """One load being sent."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.outcome = Outcome()
        self.next = 0
        self.over = asyncio.get_running_loop().create_future()
        self.started = 0.0
        self.deadline = 0.0
        self.busy = 0
        self.due: deque[tuple[int, float]] = deque()
        self.idle: list[_Client] = []
        self.all_sent = False
        self.opening: set[asyncio.Task[None]] = set()

    def take(self) -> int | None:
        """Return the number of the closed loop's next request, None when it is over."""
        if time.perf_counter() >= self.deadline:
            return None
        if self.next >= len(self.load.requests):
            if not self.load.repeat:
                return None
            self.next = 0
        self.next += 1
        return self.next - 1

    def note(self, number: int, status: int, began: float, body: bytes) -> None:
        moment = time.perf_counter()
        self.outcome.statuses[status] += 1
        self.outcome.ends.append(moment - self.started)
        self.outcome.latencies.append(moment - began)
        self.outcome.answered.append(status)
        self.outcome.numbers.append(number)
        if self.load.keep_bodies:
            self.outcome.bodies.append(body)

    def is_done(self) -> bool:
        """Return whether nothing is under way any more."""
        return not self.busy and not self.due and (self.load.rate is None or self.all_sent)

    def replace(self) -> None:
        """Open another connection in the place of one that has ended."""
        task = asyncio.create_task(self._open_and_go_on())
        self.opening.add(task)
        task.add_done_callback(self.opening.discard)

    async def _open_and_go_on(self) -> None:
        try:
            client = await self.open()
        except OSError:
            await asyncio.sleep(REOPEN_SECONDS)
            self.replace()
            return
        client.go_on()

    async def open(self) -> "_Client":
        """Return a new connection."""
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(lambda: _Client(self), HOST, self.load.port)
        return client

    def check_done(self) -> None:
        if self.is_done() and not self.over.done():
            self.over.set_result(None)


class _Client(asyncio.Protocol):
    """One kept connection."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._began = 0.0
        self._number = 0
        self._is_busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are of no class that asyncio knows.
        self._transport = cast(asyncio.Transport, transport)

    def start(self) -> None:
        """Send the closed loop's next request."""
        number = self._run.take()
        if number is None:
            self._run.check_done()
            return
        self.send(number, time.perf_counter())

    def send(self, number: int, began: float) -> None:
        """Send the request of that number, due at that moment."""
        run = self._run
        if self._transport is None or self._transport.is_closing():
            # Closed while nothing was under way: nothing is lost, another connection sends it.
            run.due.append((number, began))
            run.replace()
            return
        self._began, self._number, self._is_busy = began, number, True
        run.busy += 1
        self._transport.write(run.load.requests[number])

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            self._buffer = buffer
            return
        head = buffer[:end]
        length = _LENGTH.search(head)
        if length is not None:
            whole = end + 4 + int(length[1])
        elif _CHUNKED.search(head):
            mark = buffer.find(b"0\r\n\r\n", end)
            whole = mark + 5 if mark >= 0 else len(buffer) + 1
        else:
            whole = end + 4
        if len(buffer) < whole:
            self._buffer = buffer
            return
        self._buffer = b""
        self._end(
            int(buffer[9:12]), buffer[end + 4 : whole], is_last=_CLOSES.search(head) is not None
        )

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        if self._is_busy:
            self._end(LOST, b"")

    def _end(self, status: int, body: bytes, *, is_last: bool = False) -> None:
        run = self._run
        self._is_busy = False
        run.busy -= 1
        run.note(self._number, status, self._began, body)
        if is_last or status == LOST:
            # As a server does that is being replaced: the next request needs a new connection.
            if self._transport is not None:
                self._transport.close()
            run.replace()
        else:
            self.go_on()

    def go_on(self) -> None:
        """Send what comes next, if anything does."""
        run = self._run
        if run.due:
            self.send(*run.due.popleft())
        elif run.load.rate is None:
            self.start()
        else:
            run.idle.append(self)
            run.check_done()


async def _pace(run: _Run, rate: float) -> None:
    """Send each request when it is due; where no connection is free it waits, and that counts."""
    load = run.load
    wanted = int(rate * load.seconds)
    for number in range(wanted if load.repeat else min(wanted, len(load.requests))):
        due = run.started + number / rate
        if (pause := due - time.perf_counter()) > PAUSE_SECONDS_MIN:
            await asyncio.sleep(pause)
        which = number % len(load.requests)
        if run.idle:
            run.idle.pop().send(which, due)
        else:
            run.due.append((which, due))
        if number % 50 == 0:
            await asyncio.sleep(0)
    run.all_sent = True
    run.check_done()


async def _send(load: Load) -> Outcome:
    run = _Run(load)
    clients = [await run.open() for _ in range(load.connections)]
    run.started = time.perf_counter()
    run.deadline = run.started + load.seconds
    pacing = None
    if load.rate is None:
        for client in clients:
            client.start()
        run.check_done()
    else:
        run.idle = clients
        pacing = asyncio.create_task(_pace(run, load.rate))
    try:
        async with asyncio.timeout(load.seconds + UNANSWERED_SECONDS_MAX):
            await run.over
    except TimeoutError:
        run.outcome.statuses[LOST] += run.busy + len(run.due)
    if pacing is not None:
        pacing.cancel()
    run.outcome.seconds = min(
        time.perf_counter() - run.started, run.outcome.ends[-1] if run.outcome.ends else 0.0
    )
    return run.outcome


def _work(load: Load, answer: Connection) -> None:
    answer.send(uvloop.run(_send(load)))
    answer.close()


class Loading:
    """A load that is under way in its own process."""

    def __init__(self, load: Load) -> None:
        context = multiprocessing.get_context("spawn")
        self._receiving, sending = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(load, sending), daemon=True)
        self._process.start()
        sending.close()

    def outcome(self) -> Outcome:
        """Wait for the end and return what came back; EOFError where the process died."""
        try:
            return self._receiving.recv()
        finally:
            self._process.join(10)


def send(load: Load) -> Outcome:
    """Send a load and return what came back."""
    return Loading(load).outcome()
