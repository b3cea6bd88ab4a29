"""Statements on refunds and cancelled tickets, on asyncpg."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from guichet.kernel.audit import record_hot
from guichet.tickets import auditing
from guichet.tickets.domain import Ticket
from guichet.tickets.pricing import Parts
from guichet.tickets.repository.rows import parts_json, ticket_of
from guichet.tickets.repository.stock import Connection


@dataclass(frozen=True, slots=True)
class Refund:
    """Money to give back, `amount_minor` of the order's currency."""

    refund_id: int
    order_id: int
    amount_minor: int
    intent_id: str | None
    attempts: int
    refusals: int
    created_at: datetime
    status: str


async def insert_refund(
    connection: Connection,
    order_id: int,
    amount_minor: int,
    reason: str,
    at: datetime,
    parts: Parts | None,
) -> int:
    """Store a refund to be carried out, and return its id; `parts` are what the ledger enters."""
    refund_id: int = await connection.fetchval(
        "INSERT INTO refunds (order_id, amount_minor, reason, run_at, parts)"
        " VALUES ($1, $2, $3, $4, $5) RETURNING refund_id",
        order_id,
        amount_minor,
        reason,
        at,
        parts_json(parts),
    )
    requested = auditing.refund_requested(order_id, refund_id, amount_minor, reason)
    await record_hot(connection, [requested])
    return refund_id


async def refunds_of(connection: Connection, order_id: int) -> list[Refund]:
    """Return every refund of an order, oldest first."""
    rows = await connection.fetch(
        "SELECT r.*, p.intent_id FROM refunds r JOIN payments p USING (order_id)"
        " WHERE r.order_id = $1 ORDER BY r.refund_id",
        order_id,
    )
    return [_refund_of(row) for row in rows]


async def claim_due_refunds(
    connection: Connection, at: datetime, leased_until: datetime, limit: int, only: int | None
) -> list[Refund]:
    """Take a lease on refunds whose time has come, or on the one named, and return them."""
    rows = await connection.fetch(
        "UPDATE refunds r SET leased_until = $2 FROM payments p"
        " WHERE p.order_id = r.order_id AND r.refund_id IN (SELECT refund_id FROM refunds"
        " WHERE status = 'pending' AND run_at <= $1"
        " AND (leased_until IS NULL OR leased_until <= $1)"
        " AND ($4::bigint IS NULL OR refund_id = $4)"
        " ORDER BY run_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING r.*, p.intent_id",
        at,
        leased_until,
        limit,
        only,
    )
    return [_refund_of(row) for row in rows]


async def complete_refund(
    connection: Connection, refund: Refund, provider_refund_id: str | None
) -> None:
    """Note that the money has gone back; does nothing the second time."""
    done = await connection.fetchval(
        "UPDATE refunds SET status = 'completed', completed_at = now(), leased_until = NULL,"
        " needs_attention = false, last_error = NULL, provider_refund_id = $2"
        " WHERE refund_id = $1 AND status = 'pending' RETURNING refund_id",
        refund.refund_id,
        provider_refund_id,
    )
    if done is None:
        return
    completed = auditing.refund_completed(refund.order_id, refund.refund_id, refund.amount_minor)
    await record_hot(connection, [completed])
    await connection.execute(
        "UPDATE payments SET refunded_minor = refunded_minor + $2, refunded_at = now(),"
        " status = CASE WHEN refunded_minor + $2 = captured_minor THEN 'refunded' ELSE status END"
        " WHERE order_id = $1",
        refund.order_id,
        refund.amount_minor,
    )
    await connection.execute(
        "UPDATE orders SET needs_attention = false WHERE order_id = $1 AND step IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.order_id = $1 AND r.needs_attention)",
        refund.order_id,
    )


async def postpone_refund(
    connection: Connection,
    refund: Refund,
    run_at: datetime,
    error: str,
    *,
    is_failed: bool,
    is_refused: bool,
    needs_attention: bool,
) -> None:
    """Note why the money has not gone back yet, and when to try again."""
    await connection.execute(
        "UPDATE refunds SET attempts = attempts + $6::int, refusals = refusals + $5::int,"
        " run_at = $2, leased_until = NULL, last_error = $3, needs_attention = $4"
        " WHERE refund_id = $1",
        refund.refund_id,
        run_at,
        error,
        needs_attention,
        int(is_refused),
        int(is_failed),
    )
    if needs_attention:
        await connection.execute(
            "UPDATE orders SET needs_attention = true WHERE order_id = $1", refund.order_id
        )


async def lock_tickets(connection: Connection, ticket_ids: Iterable[int]) -> list[Ticket]:
    """Lock these tickets and return them."""
    rows = await connection.fetch(
        "SELECT * FROM tickets WHERE ticket_id = ANY($1::bigint[]) ORDER BY ticket_id FOR UPDATE",
        sorted(set(ticket_ids)),
    )
    return [ticket_of(row) for row in rows]


async def lock_order_tickets(connection: Connection, order_id: int) -> list[Ticket]:
    """Lock all tickets of an order and return them."""
    rows = await connection.fetch(
        "SELECT * FROM tickets WHERE order_id = $1 ORDER BY ticket_id FOR UPDATE", order_id
    )
    return [ticket_of(row) for row in rows]


async def cancel_tickets(
    connection: Connection, ticket_ids: Sequence[int], refund_id: int | None, at: datetime
) -> None:
    """Mark tickets as cancelled; the caller has them locked."""
    await connection.execute(
        "UPDATE tickets SET status = 'cancelled', cancelled_at = $2, refund_id = $3"
        " WHERE ticket_id = ANY($1::bigint[])",
        list(ticket_ids),
        at,
        refund_id,
    )


async def end_order(connection: Connection, order_id: int) -> None:
    """Note that an issued order has no live ticket left."""
    await connection.execute(
        "UPDATE orders SET state = 'cancelled' WHERE order_id = $1 AND state = 'issued'", order_id
    )


async def cancelled_events_with_orders(connection: Connection, limit: int) -> list[int]:
    """Return cancelled events that still have live tickets."""
    rows = await connection.fetch(
        "SELECT event_id FROM offers o WHERE status = 'cancelled' AND EXISTS (SELECT 1 FROM"
        " stock s WHERE s.event_id = o.event_id AND s.sold > 0) ORDER BY event_id LIMIT $1",
        limit,
    )
    return [row["event_id"] for row in rows]


async def live_orders_of_event(connection: Connection, event_id: int, limit: int) -> list[int]:
    """Return issued orders of an event, oldest first."""
    rows = await connection.fetch(
        "SELECT order_id FROM orders WHERE event_id = $1 AND state = 'issued'"
        " ORDER BY order_id LIMIT $2",
        event_id,
        limit,
    )
    return [row["order_id"] for row in rows]


def _refund_of(row: asyncpg.Record) -> Refund:
    return Refund(
        refund_id=row["refund_id"],
        order_id=row["order_id"],
        amount_minor=row["amount_minor"],
        intent_id=row["intent_id"],
        attempts=row["attempts"],
        refusals=row["refusals"],
        created_at=row["created_at"],
        status=row["status"],
    )
