"""Deliveries: taking them to send, writing down what became of them, looking at them, retrying."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select

from guichet.contracts.messages.notifications import DeliveryFailed
from guichet.kernel.clock import now as clock_now
from guichet.kernel.database import Database, Transaction
from guichet.kernel.outbox import enqueue
from guichet.kernel.paging import PageAsked, Total
from guichet.notifications.domain import (
    ATTEMPTS_MAX,
    POSTPONE_SECONDS,
    Channel,
    NoSuchDelivery,
    Outcome,
    Status,
    retried,
    retry_delay,
    status_after_failure,
)
from guichet.notifications.repository import attendances, deliveries, people
from guichet.notifications.repository.deliveries import Claimed, QueueState
from guichet.notifications.use_cases.telling import WAKE_CHANNEL, without_secrets

ERROR_CHARACTERS_MAX = 500
KEPT_DAYS = 180


async def claim(database: Database, channel: Channel, now: datetime, limit: int) -> list[Claimed]:
    """Take what is due; what has killed its sender too often is given up instead."""
    async with database.transaction() as transaction:
        claimed = await deliveries.claim(transaction, channel, now, limit)
        hopeless = [each for each in claimed if each.attempts >= ATTEMPTS_MAX]
        for each in hopeless:
            await _give_up(transaction, each, channel, "ended while sending, again and again", now)
    return [each for each in claimed if each not in hopeless]


async def sent(database: Database, claimed: Claimed, answer: str, now: datetime) -> None:
    """Write down that a delivery was handed over; its secrets are forgotten."""
    async with database.transaction() as transaction:
        values = {
            "status": Status.SENT,
            "ended_at": now,
            "last_error": None,
            "context": without_secrets(claimed.context),
        }
        if await deliveries.finish(transaction, claimed, values):
            detail = answer[:ERROR_CHARACTERS_MAX]
            await deliveries.note_attempt(transaction, claimed.id, Outcome.SENT, detail, now)


async def failed(
    database: Database, claimed: Claimed, channel: Channel, error: str, now: datetime
) -> Status:
    """Write down a failed attempt: the next one is due later, or the delivery is given up."""
    attempts = claimed.attempts + 1
    status = status_after_failure(attempts)
    async with database.transaction() as transaction:
        if status is Status.FAILED:
            await _give_up(transaction, claimed, channel, error, now)
            return status
        chance = random.random()  # noqa: S311 - jitter needs no secrecy
        values = {
            "attempts": attempts,
            "last_error": error[:ERROR_CHARACTERS_MAX],
            "next_attempt_at": now + retry_delay(attempts, chance),
        }
        if await deliveries.finish(transaction, claimed, values):
            await deliveries.note_attempt(
                transaction, claimed.id, Outcome.REFUSED, error[:ERROR_CHARACTERS_MAX], now
            )
    return status


async def postponed(
    database: Database, claimed: Claimed, reason: str, now: datetime, *, wait: bool
) -> None:
    """Put a delivery back unharmed: what failed was a server, which says nothing about the mail.

    With `wait` it is due a little later, for servers that no probe watches.
    """
    chance = random.random()  # noqa: S311 - jitter needs no secrecy
    pause = POSTPONE_SECONDS * (1 + chance) if wait else 0.0
    async with database.transaction() as transaction:
        before = await deliveries.delivery(transaction, claimed.id)
        values = {
            "last_error": reason[:ERROR_CHARACTERS_MAX],
            "next_attempt_at": now + timedelta(seconds=pause),
        }
        is_ours = await deliveries.finish(transaction, claimed, values)
        # One line for an outage, however often it is tried.
        if is_ours and before is not None and before.last_error != values["last_error"]:
            await deliveries.note_attempt(
                transaction, claimed.id, Outcome.UNREACHABLE, reason[:ERROR_CHARACTERS_MAX], now
            )


async def expire(database: Database, now: datetime) -> int:
    """Give up what would come too late."""
    async with database.transaction() as transaction:
        return await deliveries.expire(transaction, now)


async def purge(database: Database) -> None:
    """Forget what ended, and who went where, half a year ago."""
    before = clock_now() - timedelta(days=KEPT_DAYS)
    async with database.transaction() as transaction:
        await people.purge(transaction, before)
        await attendances.purge_past(transaction, before)


async def queue_state(database: Database, now: datetime) -> QueueState:
    """Return the queue at a glance."""
    async with database.reading() as transaction:
        return await deliveries.queue_state(transaction, now)


@dataclass(frozen=True, slots=True)
class DeliveryWanted:
    """Which deliveries an administrator wants to see; None: any."""

    status: Status | None = None
    channel: Channel | None = None
    template: str | None = None
    query: str | None = None


async def list_deliveries(
    database: Database, wanted: DeliveryWanted, asked: PageAsked
) -> tuple[list[Row[Any]], Total]:
    """Return a page of deliveries and how many there are."""
    async with database.listing() as transaction:
        return await deliveries.page(
            transaction,
            status=wanted.status,
            channel=wanted.channel,
            template=wanted.template,
            query=wanted.query,
            asked=asked,
        )


async def show(database: Database, delivery_id: int) -> tuple[Row[Any], list[Row[Any]]]:
    """Return a delivery and its attempts; `NoSuchDelivery` where there is none."""
    async with database.reading() as transaction:
        found = await deliveries.delivery(transaction, delivery_id)
        if found is None:
            raise NoSuchDelivery
        return found, await deliveries.attempts_of(transaction, delivery_id)


async def retry(database: Database, delivery_id: int, now: datetime) -> None:
    """Send a given-up delivery again, now; `NoSuchDelivery`, `DeliveryNotRetryable`."""
    async with database.transaction() as transaction:
        found = await deliveries.delivery(transaction, delivery_id, for_change=True)
        if found is None:
            raise NoSuchDelivery
        retried(Status(found.status))
        await deliveries.send_again(transaction, delivery_id, now)
        await transaction.execute(select(func.pg_notify(WAKE_CHANNEL, "")))


async def _give_up(
    transaction: Transaction, claimed: Claimed, channel: Channel, error: str, now: datetime
) -> None:
    values = {
        "status": Status.FAILED,
        "attempts": claimed.attempts + 1,
        "last_error": error[:ERROR_CHARACTERS_MAX],
        "ended_at": now,
    }
    if not await deliveries.finish(transaction, claimed, values):
        return
    detail = error[:ERROR_CHARACTERS_MAX]
    await deliveries.note_attempt(transaction, claimed.id, Outcome.REFUSED, detail, now)
    message = DeliveryFailed(
        delivery_id=claimed.id,
        channel=channel,
        template=claimed.template,
        account_id=claimed.account_id,
        error=detail,
        occurred_at=now,
    )
    await enqueue(transaction, message)
