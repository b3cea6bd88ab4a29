"""Many small writes as few large ones: requests wait together and share one commit."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import asyncpg

from guichet.kernel.context import SYSTEM, acting
from guichet.kernel.problems import Unavailable

POISON = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
"""Errors that the database lays at the door of the data, after undoing the whole batch."""
BATCH_REQUESTS_MAX = 256
WAITING_REQUESTS_MAX = 5_000

Request = TypeVar("Request")
Answer = TypeVar("Answer")

Write = Callable[[Sequence[Request]], Awaitable[Sequence[Answer | Exception]]]
"""Writes a batch durably and returns an answer, or an error, for each request in its order."""


class BatchWriter(Generic[Request, Answer]):
    """Gathers what arrives while a batch is being committed, and writes it as the next batch.

    Requests are served first come, first served; nothing waits for a batch to fill, so a lone
    request is written at once. Nothing is answered before its batch is durable.
    """

    def __init__(
        self,
        write: Write[Request, Answer],
        *,
        batch_max: int = BATCH_REQUESTS_MAX,
        waiting_max: int = WAITING_REQUESTS_MAX,
    ) -> None:
        self._write = write
        self._batch_max = batch_max
        self._waiting_max = waiting_max
        self._waiting: list[tuple[Request, asyncio.Future[Answer]]] = []
        self._flush: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many requests wait for their batch."""
        return len(self._waiting)

    async def submit(self, request: Request) -> Answer:
        """Write one request with others and return its answer.

        Raises `Unavailable` when too many wait already, or what the write raised. A caller that
        is cancelled does not take its request back: it may be written all the same.
        """
        if len(self._waiting) >= self._waiting_max:
            raise Unavailable
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, future))
        if self._flush is None:
            # Many requests share a batch: none of it must be laid to the first one's caller.
            context = contextvars.copy_context()
            context.run(acting.set, SYSTEM)
            self._flush = asyncio.create_task(self._flush_all(), context=context)
        return await asyncio.shield(future)

    async def _flush_all(self) -> None:
        try:
            # One turn of the loop, so that requests that arrived together share the first batch.
            await asyncio.sleep(0)
            while self._waiting:
                batch = self._waiting[: self._batch_max]
                del self._waiting[: self._batch_max]
                await self._write_batch(batch)
        finally:
            self._flush = None

    async def _write_batch(self, batch: list[tuple[Request, "asyncio.Future[Answer]"]]) -> None:
        try:
            answers = await self._write([request for request, _ in batch])
        except POISON as error:
            if len(batch) > 1:
                # The database took nothing of this batch: one bad request must not spoil the rest.
                for item in batch:
                    await self._write_batch([item])
                return
            answers = [error]
        except Exception as error:
            answers = [error] * len(batch)
        except asyncio.CancelledError:
            for _, future in batch:
                future.cancel()
            raise
        for (_, future), answer in zip(batch, answers, strict=True):
            if future.cancelled():
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
