"""The inbox: each message is handled once, in the consumer's own transaction."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import groupby
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from sqlalchemy import Text, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from guichet.kernel.bus import DONE, Bus, Received, Verdict, stream_of
from guichet.kernel.context import (
    ACTOR_HEADER,
    REQUEST_ID_HEADER,
    TRACEPARENT_HEADER,
    acting,
    actor_told,
    request_id,
    traceparent,
)
from guichet.kernel.database import Database, Transaction
from guichet.kernel.logs import logger
from guichet.kernel.metrics import DEAD_LETTERS, MESSAGES_HANDLED
from guichet.kernel.outbox import Message
from guichet.kernel.tables import dead_letters, inbox
from guichet.kernel.tracing import span, spans

ATTEMPTS_MAX = 6
RETRY_SECONDS_FIRST = 0.5
RETRY_SECONDS_MAX = 30.0
KEPT_DAYS = 8
"""Longer than a stream keeps a message, so that no redelivery can find its mark gone."""

log = logger(__name__)
M = TypeVar("M", bound=Message)
Handler = Callable[[Transaction, M], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Told(Generic[M]):
    """One of several messages handled in one go, and the id of the request that caused it."""

    message: M
    request_id: str


BulkHandler = Callable[[Transaction, Sequence[Told[M]]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Consumer(Generic[M]):
    """What a service does with one kind of message; `handle` writes through the transaction.

    `handle_all` does in one go what `handle` does for each of the messages in their order. Where
    it raises, they are handled one by one. It acts for nobody and within no request, so it is not
    for what tells other services, or enters changes in the log of changes.
    """

    message: type[M]
    handle: Handler[M]
    handle_all: BulkHandler[M] | None = None


class Inbox:
    """Receives the messages that a service has consumers for."""

    def __init__(self, database: Database, bus: Bus, consumers: Sequence[Consumer[Any]]) -> None:
        self._database = database
        self._bus = bus
        self._consumers: Mapping[str, Consumer[Any]] = {
            consumer.message.subject: consumer for consumer in consumers
        }

    def streams(self) -> dict[str, list[str]]:
        """Return the subjects wanted, by stream."""
        wanted: dict[str, list[str]] = {}
        for subject in self._consumers:
            wanted.setdefault(stream_of(subject), []).append(subject)
        return wanted

    async def run(self, stream: str) -> None:
        """Receive one stream until cancelled."""
        await self._bus.consume(stream, self.streams()[stream], self.receive_all)

    async def receive_all(self, batch: Sequence[Received]) -> list[Verdict]:
        """Handle messages that came together in one commit, or one by one where that fails."""
        if len(batch) > 1:
            try:
                await self._handle_together(batch)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                # One of them is to blame, or two replicas were in each other's way.
                log.info("messages taken one by one", count=len(batch), reason=type(error).__name__)
            else:
                return [DONE] * len(batch)
        return [await self.receive(received) for received in batch]

    async def receive(self, received: Received) -> Verdict:
        """Handle one message once; a message that keeps failing becomes a dead letter."""
        with _told_by(received):
            try:
                with span(f"receive {received.subject}"):
                    await self._handle_once(received)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                return await self._failed(received, error)
        MESSAGES_HANDLED.labels(received.subject, "done").inc()
        return DONE

    async def _handle_once(self, received: Received) -> None:
        async with self._database.transaction() as transaction:
            if await _mark(transaction, [received.message_id]):
                await self._handle(transaction, received)

    async def _handle_together(self, batch: Sequence[Received]) -> None:
        async with self._database.transaction() as transaction:
            unseen = await _mark(transaction, sorted({each.message_id for each in batch}))
            fresh = _each_once(batch, unseen)
            for subject, run in groupby(fresh, key=lambda each: each.subject):
                await self._handle_run(transaction, self._consumers[subject], list(run))
        for subject, count in Counter(received.subject for received in batch).items():
            MESSAGES_HANDLED.labels(subject, "done").inc(count)

    async def _handle_run(
        self, transaction: Transaction, consumer: Consumer[Any], run: Sequence[Received]
    ) -> None:
        """Handle messages of one kind that follow one another."""
        if consumer.handle_all is None or len(run) == 1:
            for received in run:
                with _told_by(received), span(f"receive {received.subject}"):
                    await self._handle(transaction, received)
            return
        traces = [received.headers.get(TRACEPARENT_HEADER, "") for received in run]
        with spans(f"receive {run[0].subject}", traces):
            await consumer.handle_all(transaction, [_told(consumer, each) for each in run])
        log.info(
            "messages handled",
            subject=run[0].subject,
            count=len(run),
            message_ids=[received.message_id for received in run],
            request_ids=[received.headers.get(REQUEST_ID_HEADER, "") for received in run],
        )

    async def _handle(self, transaction: Transaction, received: Received) -> None:
        consumer = self._consumers[received.subject]
        message = consumer.message.model_validate_json(received.payload)
        await consumer.handle(transaction, message)
        log.info("message handled", subject=received.subject, message_id=received.message_id)

    async def _failed(self, received: Received, error: Exception) -> Verdict:
        log.warning(
            "message failed",
            subject=received.subject,
            message_id=received.message_id,
            attempt=received.attempt,
            request_id=received.headers.get(REQUEST_ID_HEADER, ""),
            exc_info=error,
        )
        unreadable = isinstance(error, ValidationError)
        if not unreadable and received.attempt < ATTEMPTS_MAX:
            return Verdict(retry_seconds(received.attempt))
        try:
            async with self._database.transaction() as transaction:
                await bury(transaction, received, error)
        except Exception as second:
            log.warning("dead letter not stored", exc_info=second)
            return Verdict(RETRY_SECONDS_MAX)
        MESSAGES_HANDLED.labels(received.subject, "dead").inc()
        DEAD_LETTERS.inc()
        return DONE

    async def purge(self) -> None:
        """Forget marks that no redelivery can ask for any more."""
        async with self._database.transaction() as transaction:
            await transaction.execute(
                delete(inbox).where(
                    inbox.c.received_at < func.now() - func.make_interval(0, 0, 0, KEPT_DAYS)
                )
            )

    async def retry_dead_letter(self, letter_id: int) -> bool:
        """Handle a dead letter again, now; returns whether there was one waiting.

        Raises what the handler raises; the letter then stays.
        """
        async with self._database.transaction() as transaction:
            row = (
                await transaction.execute(
                    select(dead_letters)
                    .where(dead_letters.c.id == letter_id, dead_letters.c.retried_at.is_(None))
                    .with_for_update()
                )
            ).first()
            if row is None:
                return False
            consumer = self._consumers[row.subject]
            message = consumer.message.model_validate_json(row.payload)
            if await _mark(transaction, [row.message_id]):
                await consumer.handle(transaction, message)
            await transaction.execute(
                update(dead_letters)
                .where(dead_letters.c.id == letter_id)
                .values(retried_at=func.now())
            )
        return True


@contextmanager
def _told_by(received: Received) -> Generator[None]:
    """Act for whoever caused the message, within the request that it came from."""
    request = request_id.set(received.headers.get(REQUEST_ID_HEADER, ""))
    trace = traceparent.set(received.headers.get(TRACEPARENT_HEADER, ""))
    actor = acting.set(actor_told(received.headers.get(ACTOR_HEADER)))
    try:
        yield
    finally:
        request_id.reset(request)
        traceparent.reset(trace)
        acting.reset(actor)


def _told(consumer: Consumer[Any], received: Received) -> Told[Any]:
    message = consumer.message.model_validate_json(received.payload)
    return Told(message, received.headers.get(REQUEST_ID_HEADER, ""))


def _each_once(batch: Sequence[Received], unseen: set[str]) -> list[Received]:
    """Return the first of each message that was not seen before, in the order of the batch."""
    fresh: list[Received] = []
    for received in batch:
        if received.message_id in unseen:
            unseen.remove(received.message_id)
            fresh.append(received)
    return fresh


# One text for however many messages, so that it is compiled and prepared once.
_MARK = (
    insert(inbox)
    .from_select(["message_id"], select(func.unnest(bindparam("ids", type_=ARRAY(Text)))))
    .on_conflict_do_nothing()
    .returning(inbox.c.message_id)
)


async def _mark(transaction: Transaction, message_ids: Sequence[str]) -> set[str]:
    """Mark messages as handled; returns those that were not."""
    marked = await transaction.execute(_MARK, {"ids": list(message_ids)})
    return set(marked.scalars())


def retry_seconds(attempt: int) -> float:
    """Return the wait before the next delivery: doubling, capped, with a fifth of jitter."""
    wait = min(RETRY_SECONDS_FIRST * 2 ** (attempt - 1), RETRY_SECONDS_MAX)
    return wait * random.uniform(0.8, 1.2)  # noqa: S311 - jitter needs no secrecy


async def bury(transaction: Transaction, received: Received, error: Exception) -> None:
    """Store a message that cannot be handled where an administrator sees it."""
    await transaction.execute(
        insert(dead_letters)
        .values(
            message_id=_storable(received.message_id),
            subject=received.subject,
            payload=_storable(received.payload.decode("utf-8", "replace")),
            headers={name: _storable(value) for name, value in received.headers.items()},
            error=_storable(f"{type(error).__name__}: {error}"[:2000]),
            attempts=received.attempt,
        )
        .on_conflict_do_nothing()
    )


def _storable(text: str) -> str:
    """Return the text without NUL, which PostgreSQL keeps in no text."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up, without what it says."""

    id: int
    message_id: str
    subject: str
    error: str
    attempts: int
    created_at: datetime


async def list_dead_letters(transaction: Transaction, limit: int = 100) -> list[DeadLetter]:
    """Return the letters that still wait for an administrator, newest first."""
    rows = await transaction.execute(
        select(*(dead_letters.c[each.name] for each in fields(DeadLetter)))
        .where(dead_letters.c.retried_at.is_(None))
        .order_by(dead_letters.c.id.desc())
        .limit(limit)
    )
    return [DeadLetter(*row) for row in rows]


async def count_dead_letters(transaction: Transaction) -> int:
    """Return how many letters still wait for an administrator."""
    waiting = select(func.count()).where(dead_letters.c.retried_at.is_(None))
    return await transaction.scalar(waiting) or 0
