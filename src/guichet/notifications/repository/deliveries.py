"""Statements on deliveries and their attempts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, Select, func, insert, literal, or_, select, update

from guichet.kernel import searching
from guichet.kernel.database import Transaction, raw_connection
from guichet.kernel.paging import PageAsked, Total, ids_of_page
from guichet.kernel.tables import dead_letters
from guichet.notifications.domain import LEASE_SECONDS, Channel, Outcome, Status
from guichet.notifications.repository.columns import columns_of
from guichet.notifications.tables import SEARCHED_ADDRESS, attempts, deliveries


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """Something to be sent once. `dedup_key` names the occasion, `context` fills the template."""

    dedup_key: str
    message_id: str
    channel: str
    template: str
    language: str
    account_id: int | None
    address: str
    name: str
    context: dict[str, Any]
    next_attempt_at: datetime
    attachments: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    expires_at: datetime | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process may send until its lease ends; `attempts` have failed."""

    id: int
    lease: UUID
    message_id: str
    template: str
    language: str
    account_id: int | None
    address: str
    name: str
    context: dict[str, Any]
    attachments: list[dict[str, Any]]
    request_id: str
    attempts: int
    created_at: datetime


_CLAIMED = [deliveries.c[name] for name in Claimed.__dataclass_fields__]


async def add(transaction: Transaction, new: Sequence[NewDelivery]) -> int:
    """Store deliveries, leaving out those whose occasion is known; return how many are new."""
    if not new:
        return 0
    connection = await raw_connection(transaction)
    inserted = await connection.fetch(
        "INSERT INTO deliveries (dedup_key, message_id, channel, template, language, account_id,"
        " address, name, context, next_attempt_at, attachments, expires_at, request_id)"
        " SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],"
        " $6::bigint[], $7::text[], $8::text[], $9::jsonb[], $10::timestamptz[], $11::jsonb[],"
        " $12::timestamptz[], $13::text[]) ON CONFLICT (dedup_key) DO NOTHING RETURNING id",
        *columns_of(new, NewDelivery, json={"context", "attachments"}),
    )
    return len(inserted)


async def claim(
    transaction: Transaction, channel: Channel, now: datetime, limit: int
) -> list[Claimed]:
    """Take due deliveries for the length of a lease, those longest due first.

    A lease found on one of them belonged to a process that ended while sending; that attempt
    counts, so that a delivery which kills its sender is given up in the end.
    """
    rows = (
        await transaction.execute(
            select(deliveries.c.id, deliveries.c.lease)
            .where(
                deliveries.c.channel == channel,
                deliveries.c.status == Status.WAITING,
                deliveries.c.next_attempt_at <= now,
                or_(deliveries.c.leased_until.is_(None), deliveries.c.leased_until <= now),
            )
            .order_by(deliveries.c.next_attempt_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    ).all()
    if not rows:
        return []
    lost = [row.id for row in rows if row.lease is not None]
    for delivery_id in lost:
        await note_attempt(transaction, delivery_id, Outcome.LOST, "", now)
    claimed = await transaction.execute(
        update(deliveries)
        .where(deliveries.c.id.in_([row.id for row in rows]))
        .values(
            lease=uuid4(),
            leased_until=now + timedelta(seconds=LEASE_SECONDS),
            attempts=deliveries.c.attempts + func.num_nonnulls(deliveries.c.lease),
        )
        .returning(*_CLAIMED)
    )
    return [Claimed(**row) for row in claimed.mappings()]


async def finish(transaction: Transaction, claimed: Claimed, values: dict[str, Any]) -> bool:
    """Write the result of an attempt and end the lease; False where it is no longer ours."""
    changed = await transaction.execute(
        update(deliveries)
        .where(
            deliveries.c.id == claimed.id,
            deliveries.c.lease == claimed.lease,
            deliveries.c.status == Status.WAITING,
        )
        .values({"lease": None, "leased_until": None} | values)
    )
    return changed.rowcount == 1


async def note_attempt(
    transaction: Transaction, delivery_id: int, outcome: Outcome, detail: str, at: datetime
) -> None:
    """Keep what became of one attempt."""
    await transaction.execute(
        insert(attempts).values(delivery_id=delivery_id, outcome=outcome, detail=detail, at=at)
    )


async def expire(transaction: Transaction, now: datetime) -> int:
    """Give up what would come too late (a reset link that no longer works)."""
    expired = await transaction.execute(
        update(deliveries)
        .where(
            deliveries.c.status == Status.WAITING,
            deliveries.c.expires_at <= now,
            deliveries.c.lease.is_(None),
        )
        .values(status=Status.EXPIRED, ended_at=now, context={})
    )
    return expired.rowcount


async def delivery(
    transaction: Transaction, delivery_id: int, *, for_change: bool = False
) -> Row[Any] | None:
    """Return one delivery as it is stored."""
    statement = select(deliveries).where(deliveries.c.id == delivery_id)
    if for_change:
        statement = statement.with_for_update()
    return (await transaction.execute(statement)).first()


async def attempts_of(transaction: Transaction, delivery_id: int) -> list[Row[Any]]:
    """Return the attempts of a delivery, oldest first."""
    rows = await transaction.execute(
        select(attempts).where(attempts.c.delivery_id == delivery_id).order_by(attempts.c.id)
    )
    return list(rows)


async def send_again(transaction: Transaction, delivery_id: int, now: datetime) -> None:
    """Put a given-up delivery back, with all its attempts before it."""
    await transaction.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery_id)
        .values(status=Status.WAITING, attempts=0, next_attempt_at=now, ended_at=None)
    )


async def page(
    transaction: Transaction,
    *,
    status: str | None,
    channel: str | None,
    template: str | None,
    query: str | None,
    asked: PageAsked,
) -> tuple[list[Row[Any]], Total]:
    """Return a page of deliveries, newest first, and how many there are in all."""
    wanted: list[ColumnElement[bool]] = []
    if status:
        wanted.append(deliveries.c.status == literal(status, literal_execute=True))
    if channel:
        wanted.append(deliveries.c.channel == literal(channel, literal_execute=True))
    if template:
        wanted.append(deliveries.c.template == template)
    if query:
        ids, total = await _ids_with_text(transaction, wanted, query, asked)
    else:
        ids, total = await _ids_of(transaction, wanted, asked)
    rows = await transaction.execute(
        select(deliveries).where(deliveries.c.id.in_(ids)).order_by(deliveries.c.id.desc())
    )
    return list(rows), total


async def _ids_of(
    transaction: Transaction, wanted: Sequence[ColumnElement[bool]], asked: PageAsked
) -> tuple[Sequence[int], Total]:
    ids = select(deliveries.c.id).where(*wanted)
    key = deliveries.c.id
    return await ids_of_page(transaction, ids.order_by(key.desc()), ids.order_by(key), asked)


async def _ids_with_text(
    transaction: Transaction, wanted: Sequence[ColumnElement[bool]], text: str, asked: PageAsked
) -> tuple[Sequence[int], Total]:
    """Return the ids on a page of those whose address has a text: see `kernel/searching.py`."""
    has_text = searching.has_text(SEARCHED_ADDRESS, text)
    known: Select[*tuple[Any, ...]] = select(deliveries.c.id, has_text.label("has_text")).where(
        *wanted
    )
    first = known.order_by(deliveries.c.id.desc()).limit(searching.SEARCHED_FIRST).subquery()
    address = searching.whole_address(text)
    ids, is_whole = await searching.ids_with_text(
        transaction,
        text,
        select(first.c.id).where(first.c.has_text).order_by(first.c.id.desc()),
        _newest_of(known.where(has_text)),
        None
        if address is None
        else _newest_of(known.where(func.lower(deliveries.c.address) == address)),
    )
    return ids[asked.offset : asked.offset + asked.per_page], Total(len(ids), is_whole)


def _newest_of(matching: Select[*tuple[Any, ...]]) -> Select[Any]:
    # Ordered and cut in the same statement, the server might follow the order and read every row.
    found = matching.cte("found").prefix_with("MATERIALIZED")
    return select(found.c.id).order_by(found.c.id.desc())


@dataclass(frozen=True, slots=True)
class QueueState:
    """The queue at a glance; `oldest_waiting_at` is None where nothing waits."""

    waiting: int
    oldest_waiting_at: datetime | None
    given_up: int
    failures_of_last_hour: int
    dead_letters: int


async def queue_state(transaction: Transaction, now: datetime) -> QueueState:
    """Return how much waits, since when, and how much went wrong lately."""
    waiting = (
        await transaction.execute(
            select(func.count(), func.min(deliveries.c.created_at)).where(
                deliveries.c.status == Status.WAITING
            )
        )
    ).one()
    given_up = await transaction.scalar(
        select(func.count()).select_from(deliveries).where(deliveries.c.status == Status.FAILED)
    )
    failures = await transaction.scalar(
        select(func.count())
        .select_from(attempts)
        .where(attempts.c.at > now - timedelta(hours=1), attempts.c.outcome != Outcome.SENT)
    )
    letters = await transaction.scalar(
        select(func.count()).select_from(dead_letters).where(dead_letters.c.retried_at.is_(None))
    )
    return QueueState(waiting[0], waiting[1], given_up or 0, failures or 0, letters or 0)
