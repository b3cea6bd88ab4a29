"""Many small writes as few large ones: requests wait together and share one commit."""

import asyncio
import contextvars
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import asyncpg

from guichet.kernel.context import SYSTEM, acting
from guichet.kernel.metrics import (
    BATCH_REQUESTS,
    BATCH_WAIT_SECONDS,
    BATCH_WAITING,
    BATCH_WRITE_SECONDS,
    REQUESTS_SHED,
)
from guichet.kernel.problems import Unavailable

POISON = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
"""Errors that the database lays at the door of the data, after undoing the whole batch."""
BATCH_REQUESTS_MAX = 256
WAITING_REQUESTS_MAX = 5_000

Request = TypeVar("Request")
Answer = TypeVar("Answer")

Write = Callable[[Sequence[Request]], Awaitable[Sequence[Answer | Exception]]]
"""Writes a batch durably and returns an answer, or an error, for each request in its order."""


@dataclass(slots=True)
class _Waiting(Generic[Request, Answer]):
    """A request in the queue; instants are of `time.monotonic`."""

    request: Request
    future: asyncio.Future[Answer]
    since: float
    not_after: float | None


class BatchWriter(Generic[Request, Answer]):
    """Gathers what arrives while a batch is being committed, and writes it as the next batch.

    Requests are served first come, first served; nothing waits for a batch to fill, so a lone
    request is written at once. Nothing is answered before its batch is durable. `name` stands in
    the metrics.
    """

    def __init__(
        self,
        write: Write[Request, Answer],
        *,
        name: str = "unnamed",
        batch_max: int = BATCH_REQUESTS_MAX,
        waiting_max: int = WAITING_REQUESTS_MAX,
    ) -> None:
        self._write = write
        self._batch_max = batch_max
        self._waiting_max = waiting_max
        self._waiting: list[_Waiting[Request, Answer]] = []
        self._flush: asyncio.Task[None] | None = None
        BATCH_WAITING.labels(name).set_function(lambda: len(self._waiting))
        self._sizes = BATCH_REQUESTS.labels(name)
        self._waits = BATCH_WAIT_SECONDS.labels(name)
        self._writes = BATCH_WRITE_SECONDS.labels(name)

    @property
    def waiting(self) -> int:
        """How many requests wait for their batch."""
        return len(self._waiting)

    async def submit(self, request: Request, *, not_after: float | None = None) -> Answer:
        """Write one request with others and return its answer.

        Raises `Unavailable` when too many wait already, or where no batch had room for it until
        `not_after` (of `time.monotonic`), or what the write raised. A caller that is cancelled
        does not take its request back: it may be written all the same.
        """
        if len(self._waiting) >= self._waiting_max:
            REQUESTS_SHED.labels("queue").inc()
            raise Unavailable
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(request, future, time.monotonic(), not_after))
        if self._flush is None:
            # Many requests share a batch: none of it must be laid to the first one's caller.
            context = contextvars.copy_context()
            context.run(acting.set, SYSTEM)
            self._flush = asyncio.create_task(self._flush_all(), context=context)
        return await future

    async def _flush_all(self) -> None:
        try:
            # One turn of the loop, so that requests that arrived together share the first batch.
            await asyncio.sleep(0)
            while self._waiting:
                if batch := self._next_batch(time.monotonic()):
                    await self._write_batch(batch)
        finally:
            self._flush = None

    def _next_batch(self, at: float) -> list[_Waiting[Request, Answer]]:
        """Take the first requests out of the queue; refuse those whose senders have given up."""
        first = self._waiting[: self._batch_max]
        del self._waiting[: self._batch_max]
        self._waits.observe(at - first[0].since)
        batch = [each for each in first if each.not_after is None or at <= each.not_after]
        if len(batch) < len(first):
            for each in first:
                if each.not_after is not None and at > each.not_after and not each.future.done():
                    REQUESTS_SHED.labels("late").inc()
                    each.future.set_exception(Unavailable())
        return batch

    async def _write_batch(self, batch: list[_Waiting[Request, Answer]]) -> None:
        began = time.monotonic()
        try:
            answers = await self._write([each.request for each in batch])
        except POISON as error:
            if len(batch) > 1:
                # The database took nothing of this batch: one bad request must not spoil the rest.
                for each in batch:
                    await self._write_batch([each])
                return
            answers = [error]
        except Exception as error:
            answers = [error] * len(batch)
        except asyncio.CancelledError:
            for each in batch:
                each.future.cancel()
            raise
        self._sizes.observe(len(batch))
        self._writes.observe(time.monotonic() - began)
        for each, answer in zip(batch, answers, strict=True):
            if each.future.cancelled():
                continue
            if isinstance(answer, Exception):
                each.future.set_exception(answer)
            else:
                each.future.set_result(answer)
