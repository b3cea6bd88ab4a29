"""Statements on the provider's messages, on asyncpg: stored once, handled once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from guichet.tickets.payments import WebhookEvent
from guichet.tickets.repository.stock import Connection


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message of the provider that waits to be handled, and the order it seems to be about.

    `step` is where that order's saga stands, None once it has ended; `captured_minor` and
    `known_intent_id` are what we know of its payment.
    """

    event_id: str
    kind: str
    intent_id: str | None
    dispute_id: str | None
    attempts: int
    order_id: int | None
    step: str | None
    captured_minor: int
    known_intent_id: str | None


@dataclass(frozen=True, slots=True)
class StuckMessage:
    """A message that keeps failing."""

    event_id: str
    kind: str
    attempts: int
    last_error: str
    received_at: datetime


async def insert_messages(connection: Connection, events: Sequence[WebhookEvent]) -> set[str]:
    """Store a provider's messages; returns the ids of those that came for the first time."""
    rows = await connection.fetch(
        "INSERT INTO webhook_events (provider_event_id, kind, intent_id, order_key, refund_id,"
        " dispute_id, occurred_at, state) SELECT n.*, 'waiting' FROM unnest($1::text[], $2::text[],"
        " $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[]) AS n"
        " ON CONFLICT DO NOTHING RETURNING provider_event_id",
        [event.event_id for event in events],
        [event.kind for event in events],
        [event.intent_id for event in events],
        [event.order_key for event in events],
        [event.refund_id for event in events],
        [event.dispute_id for event in events],
        [event.occurred_at for event in events],
    )
    return {row["provider_event_id"] for row in rows}


async def claim_waiting(
    connection: Connection, now: datetime, leased_until: datetime, limit: int
) -> list[StoredMessage]:
    """Take a lease on messages whose time has come, and return them.

    The order is that of the payment, or, for a message that came before the answer to the charge,
    the one that our own key names.
    """
    rows = await connection.fetch(
        "WITH due AS (UPDATE webhook_events SET leased_until = $2 WHERE provider_event_id IN"
        " (SELECT provider_event_id FROM webhook_events WHERE state = 'waiting' AND run_at <= $1"
        " AND (leased_until IS NULL OR leased_until <= $1) ORDER BY run_at LIMIT $3"
        " FOR UPDATE SKIP LOCKED) RETURNING *), about AS (SELECT due.*, coalesce(p.order_id,"
        " CASE WHEN due.order_key ~ '^order-[0-9]{1,18}$'"
        " THEN substring(due.order_key FROM 7)::bigint END) AS of_order"
        " FROM due LEFT JOIN payments p ON p.intent_id = due.intent_id)"
        " SELECT a.*, o.order_id AS known_order_id, o.step, p.captured_minor,"
        " p.intent_id AS known_intent_id FROM about a LEFT JOIN orders o ON o.order_id = a.of_order"
        " LEFT JOIN payments p ON p.order_id = o.order_id",
        now,
        leased_until,
        limit,
    )
    return [
        StoredMessage(
            row["provider_event_id"],
            row["kind"],
            row["intent_id"],
            row["dispute_id"],
            row["attempts"],
            row["known_order_id"],
            row["step"],
            row["captured_minor"] or 0,
            row["known_intent_id"],
        )
        for row in rows
    ]


async def wake_orders(connection: Connection, order_ids: Sequence[int]) -> None:
    """Let waiting sagas run now; those that are being run keep their leases."""
    await connection.execute(
        "UPDATE orders SET run_at = now() WHERE order_id = ANY($1::bigint[])"
        " AND step IS NOT NULL AND run_at > now()",
        sorted(set(order_ids)),
    )


async def finish_messages(connection: Connection, event_ids: Sequence[str]) -> None:
    """Note that these have been handled."""
    await connection.execute(
        "UPDATE webhook_events SET state = 'done', handled_at = now(), leased_until = NULL,"
        " needs_attention = false, last_error = NULL WHERE provider_event_id = ANY($1::text[])",
        list(event_ids),
    )


async def postpone_message(
    connection: Connection, event_id: str, run_at: datetime, error: str, *, needs_attention: bool
) -> None:
    """Note why a message could not be handled yet, and when to try again."""
    await connection.execute(
        "UPDATE webhook_events SET attempts = attempts + 1, run_at = $2, last_error = $3,"
        " needs_attention = $4, leased_until = NULL WHERE provider_event_id = $1",
        event_id,
        run_at,
        error,
        needs_attention,
    )


async def stuck_messages(connection: Connection, limit: int) -> list[StuckMessage]:
    """Return the messages that keep failing, oldest first."""
    rows = await connection.fetch(
        "SELECT * FROM webhook_events WHERE state = 'waiting' AND needs_attention"
        " ORDER BY received_at LIMIT $1",
        limit,
    )
    return [
        StuckMessage(
            row["provider_event_id"],
            row["kind"],
            row["attempts"],
            row["last_error"] or "",
            row["received_at"],
        )
        for row in rows
    ]


async def count_waiting(connection: Connection) -> int:
    """Return how many messages wait to be handled."""
    count: int = await connection.fetchval(
        "SELECT count(*) FROM webhook_events WHERE state = 'waiting'"
    )
    return count
