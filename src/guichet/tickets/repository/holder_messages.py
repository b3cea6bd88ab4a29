"""Statements on messages from organisers to the holders of an event's tickets."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from guichet.tickets.domain import Order
from guichet.tickets.repository.orders import ORDER_COLUMNS
from guichet.tickets.repository.rows import order_of
from guichet.tickets.repository.stock import Connection


@dataclass(frozen=True, slots=True)
class HolderMessage:
    """A message; `told` of its `recipients` have been sent it. Types None: holders of all."""

    message_id: int
    event_id: int
    author_id: int
    topic: str
    body: str
    ticket_type_ids: list[int] | None
    fingerprint: str
    recipients: int
    told: int
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Writing:
    """What an organiser writes; `ticket_type_ids` None: to the holders of every type."""

    event_id: int
    author_id: int
    topic: str
    body: str
    ticket_type_ids: tuple[int, ...] | None
    key: str | None

    @property
    def fingerprint(self) -> str:
        """A digest of what is asked, the same for the same request under the same key."""
        asked = [self.author_id, self.topic, self.body, sorted(self.ticket_type_ids or ())]
        return hashlib.sha256(msgspec.json.encode(asked)).hexdigest()


_MESSAGES = (
    "SELECT m.*, (SELECT count(*) FROM holder_message_recipients r"
    " WHERE r.message_id = m.message_id AND r.told_at IS NOT NULL) AS told FROM holder_messages m"
)


async def of_event(connection: Connection, event_id: int, limit: int) -> list[HolderMessage]:
    """Return an event's messages, newest first."""
    rows = await connection.fetch(
        f"{_MESSAGES} WHERE m.event_id = $1 ORDER BY m.message_id DESC LIMIT $2", event_id, limit
    )
    return [_message_of(row) for row in rows]


async def by_id(connection: Connection, message_id: int) -> HolderMessage:
    """Return a message that is there."""
    row = await connection.fetchrow(f"{_MESSAGES} WHERE m.message_id = $1", message_id)
    if row is None:
        raise LookupError(f"no message {message_id}")
    return _message_of(row)


async def by_key(connection: Connection, event_id: int, key: str) -> HolderMessage | None:
    """Return the message that was written under an idempotency key."""
    row = await connection.fetchrow(
        f"{_MESSAGES} WHERE m.event_id = $1 AND m.key = $2", event_id, key
    )
    return None if row is None else _message_of(row)


async def written_since(
    connection: Connection, event_id: int, since: datetime
) -> tuple[int, datetime | None]:
    """Return how many messages an event's holders had since then, and when the first."""
    row = await connection.fetchrow(
        "SELECT count(*) AS times, min(created_at) AS first_at FROM holder_messages"
        " WHERE event_id = $1 AND created_at > $2",
        event_id,
        since,
    )
    return (row["times"], row["first_at"]) if row else (0, None)


_BUYERS = (
    " FROM orders o WHERE o.event_id = $1 AND o.state = 'issued'"
    " AND o.buyer_email <> '' AND EXISTS (SELECT 1 FROM tickets t"
    " WHERE t.order_id = o.order_id AND t.status <> 'cancelled'"
    " AND ($2::bigint[] IS NULL OR t.ticket_type_id = ANY($2)))"
)
"""The orders of an event with a live ticket of these types; null: of any type."""


async def count_buyers(
    connection: Connection, event_id: int, ticket_type_ids: Sequence[int] | None
) -> int:
    """Return how many buyers a message would go to."""
    counted: int = await connection.fetchval(
        f"SELECT count(DISTINCT lower(o.buyer_email)){_BUYERS}",
        event_id,
        ticket_type_ids,
    )
    return counted


async def add(connection: Connection, writing: Writing, at: datetime) -> int:
    """Store a message and whom it goes to: one order of each buyer with a live ticket."""
    message_id: int = await connection.fetchval(
        "INSERT INTO holder_messages (event_id, author_id, topic, body, ticket_type_ids, key,"
        " fingerprint, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING message_id",
        writing.event_id,
        writing.author_id,
        writing.topic,
        writing.body,
        writing.ticket_type_ids,
        writing.key,
        writing.fingerprint,
        at,
    )
    await connection.execute(
        "INSERT INTO holder_message_recipients (message_id, order_id)"
        f" SELECT $3, min(o.order_id){_BUYERS} GROUP BY lower(o.buyer_email)",
        writing.event_id,
        writing.ticket_type_ids,
        message_id,
    )
    await connection.execute(
        "UPDATE holder_messages SET recipients = (SELECT count(*) FROM holder_message_recipients"
        " WHERE message_id = $1) WHERE message_id = $1",
        message_id,
    )
    return message_id


async def lock_unfinished(connection: Connection) -> HolderMessage | None:
    """Lock the oldest message that is not told to everybody and that nobody else works on."""
    message_id = await connection.fetchval(
        "SELECT message_id FROM holder_messages WHERE finished_at IS NULL"
        " ORDER BY message_id LIMIT 1 FOR UPDATE SKIP LOCKED"
    )
    return None if message_id is None else await by_id(connection, message_id)


async def tell_next(connection: Connection, message_id: int, at: datetime, limit: int) -> list[int]:
    """Mark the next recipients of a locked message as told; return their orders."""
    rows = await connection.fetch(
        "UPDATE holder_message_recipients SET told_at = $2 WHERE message_id = $1"
        " AND order_id IN (SELECT order_id FROM holder_message_recipients"
        " WHERE message_id = $1 AND told_at IS NULL ORDER BY order_id LIMIT $3)"
        " RETURNING order_id",
        message_id,
        at,
        limit,
    )
    return sorted(row["order_id"] for row in rows)


async def orders_to_tell(connection: Connection, order_ids: Sequence[int]) -> list[Order]:
    """Return these orders as they are now."""
    found = await connection.fetch(
        f"SELECT {ORDER_COLUMNS} FROM orders o LEFT JOIN payments p USING (order_id)"  # noqa: S608 - constant text
        " WHERE o.order_id = ANY($1::bigint[]) ORDER BY o.order_id",
        order_ids,
    )
    return [order_of(row) for row in found]


async def finish(connection: Connection, message_id: int, at: datetime) -> None:
    """Note that everybody has been told."""
    await connection.execute(
        "UPDATE holder_messages SET finished_at = $2 WHERE message_id = $1", message_id, at
    )


def _message_of(row: Any) -> HolderMessage:
    types = row["ticket_type_ids"]
    return HolderMessage(
        message_id=row["message_id"],
        event_id=row["event_id"],
        author_id=row["author_id"],
        topic=row["topic"],
        body=row["body"],
        ticket_type_ids=None if types is None else list(types),
        fingerprint=row["fingerprint"],
        recipients=row["recipients"],
        told=row["told"],
        created_at=row["created_at"],
        finished_at=row["finished_at"],
    )
