"""Statements on refunds and cancelled tickets, on asyncpg."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from guichet.kernel.audit import record_hot
from guichet.tickets import auditing
from guichet.tickets.domain import Ticket
from guichet.tickets.giving_back import TicketBack
from guichet.tickets.pricing import Parts
from guichet.tickets.repository.provider import flag_order
from guichet.tickets.repository.returned_refunds import follow_refunds
from guichet.tickets.repository.rows import parts_json, ticket_of
from guichet.tickets.repository.stock import Connection


@dataclass(frozen=True, slots=True)
class Refund:
    """Money to give back, `amount_minor` of the order's currency.

    `refusals` counts what the provider refused for good, `waits` how often its balance was too
    low; both end a key, `attempts` (all other failures) do not.
    """

    refund_id: int
    order_id: int
    amount_minor: int
    intent_id: str | None
    attempts: int
    refusals: int
    waits: int
    created_at: datetime
    status: str


@dataclass(frozen=True, slots=True)
class NewRefund:
    """A refund to be carried out: `kind` is tickets, undone or goodwill; `note` is a person's.

    `parts` are what the ledger will enter.
    """

    order_id: int
    amount_minor: int
    reason: str
    parts: Parts | None
    kind: str = "tickets"
    note: str | None = None
    requested_by: int | None = None
    run_id: int | None = None


async def insert_refunds(
    connection: Connection, refunds: Sequence[NewRefund], at: datetime
) -> dict[int, int]:
    """Store refunds, one an order at most, and return their ids by order.

    The caller has the orders locked. The database refuses more than was captured, counting what
    is under way.
    """
    if not refunds:
        return {}
    rows = await connection.fetch(
        "INSERT INTO refunds (order_id, amount_minor, reason, kind, note, requested_by, run_id,"
        " parts, run_at) SELECT n.*, $9 FROM unnest($1::bigint[], $2::bigint[], $3::text[],"
        " $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::jsonb[]) AS n ORDER BY 1"
        " RETURNING order_id, refund_id",
        [refund.order_id for refund in refunds],
        [refund.amount_minor for refund in refunds],
        [refund.reason for refund in refunds],
        [refund.kind for refund in refunds],
        [refund.note for refund in refunds],
        [refund.requested_by for refund in refunds],
        [refund.run_id for refund in refunds],
        [parts_json(refund.parts) for refund in refunds],
        at,
    )
    refund_ids = {row["order_id"]: row["refund_id"] for row in rows}
    requested = [
        auditing.refund_requested(
            refund.order_id,
            refund_ids[refund.order_id],
            refund.amount_minor,
            refund.reason,
            refund.note,
        )
        for refund in refunds
    ]
    await record_hot(connection, requested)
    return refund_ids


async def left_to_refund(connection: Connection, order_ids: Sequence[int]) -> dict[int, int]:
    """Return by order what of its payment nobody has asked back yet, in minor units; 0 if free."""
    rows = await connection.fetch(
        "SELECT o.order_id, coalesce(p.captured_minor, 0) - coalesce((SELECT sum(r.amount_minor)"
        " FROM refunds r WHERE r.order_id = o.order_id AND NOT r.is_retried), 0)::bigint"
        " AS left_minor FROM orders o LEFT JOIN payments p USING (order_id)"
        " WHERE o.order_id = ANY($1::bigint[])",
        order_ids,
    )
    return {row["order_id"]: row["left_minor"] for row in rows}


async def returned_before(
    connection: Connection, order_ids: Sequence[int]
) -> dict[int, tuple[int, int]]:
    """Return by ticket id what refunds gave back so far of its price and of its fee on top."""
    rows = await connection.fetch(
        "SELECT b.ticket_id, sum(b.price_minor)::bigint AS price, sum(b.fee_minor)::bigint AS fee"
        " FROM refund_tickets b JOIN refunds r USING (refund_id)"
        " WHERE b.order_id = ANY($1::bigint[]) AND NOT r.is_retried GROUP BY b.ticket_id",
        order_ids,
    )
    return {row["ticket_id"]: (row["price"], row["fee"]) for row in rows}


async def order_of_ticket(connection: Connection, ticket_id: int) -> int | None:
    """Return which order a ticket belongs to, None where there is no such ticket."""
    found: int | None = await connection.fetchval(
        "SELECT order_id FROM tickets WHERE ticket_id = $1", ticket_id
    )
    return found


async def backs_of_tickets(connection: Connection, ticket_ids: Sequence[int]) -> list[TicketBack]:
    """Return what these cancelled tickets gave back, by their ids."""
    rows = await connection.fetch(
        "SELECT * FROM refund_tickets WHERE is_cancellation AND ticket_id = ANY($1::bigint[])"
        " ORDER BY ticket_id",
        ticket_ids,
    )
    return [
        TicketBack(
            row["ticket_id"],
            row["price_minor"],
            row["fee_minor"],
            row["kept_minor"],
            row["fee_kept_minor"],
            row["given_before_minor"],
        )
        for row in rows
    ]


async def amount_and_status(connection: Connection, refund_id: int | None) -> tuple[int, str]:
    """Return the amount of a refund and how it stands; 0 and `none` where there is none."""
    row = await connection.fetchrow(
        "SELECT amount_minor, status FROM refunds WHERE refund_id = $1", refund_id
    )
    return (0, "none") if row is None else (row["amount_minor"], row["status"])


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
    return [refund_of(row) for row in rows]


async def lock_order_of_refund(connection: Connection, refund: Refund) -> None:
    """Lock the order first, as everybody does who writes to an order and its payment."""
    await connection.execute("SELECT 1 FROM orders WHERE order_id = $1 FOR UPDATE", refund.order_id)


async def complete_refund(
    connection: Connection, refund: Refund, provider_refund_id: str | None
) -> bool:
    """Note that the money has gone back; returns False, and does nothing, the second time.

    The caller has the order locked.
    """
    done = await connection.fetchval(
        "UPDATE refunds SET status = 'completed', completed_at = now(), leased_until = NULL,"
        " needs_attention = false, attention_reason = NULL, last_error = NULL,"
        " provider_refund_id = $2 WHERE refund_id = $1 AND status = 'pending' RETURNING refund_id",
        refund.refund_id,
        provider_refund_id,
    )
    if done is None:
        return False
    completed = auditing.refund_completed(refund.order_id, refund.refund_id, refund.amount_minor)
    await record_hot(connection, [completed])
    await connection.execute(
        "UPDATE payments SET refunded_minor = refunded_minor + $2, refunded_at = now(),"
        " status = CASE WHEN refunded_minor + $2 = captured_minor THEN 'refunded' ELSE status END"
        " WHERE order_id = $1",
        refund.order_id,
        refund.amount_minor,
    )
    await follow_refunds(connection, refund.order_id)
    return True


async def provider_refund_of(connection: Connection, refund_id: int) -> str | None:
    """Return as which refund of the provider's this one was carried out; None: as none."""
    found: str | None = await connection.fetchval(
        "SELECT provider_refund_id FROM refunds WHERE refund_id = $1", refund_id
    )
    return found


@dataclass(frozen=True, slots=True)
class Postponed:
    """Why the money has not gone back yet, what that counts as, and when to try again."""

    run_at: datetime
    error: str
    is_failed: bool = False
    is_refused: bool = False
    is_waiting: bool = False
    attention_reason: str | None = None


async def postpone_refund(connection: Connection, refund: Refund, why: Postponed) -> None:
    """Note why the money has not gone back yet; the caller has the order locked."""
    order_id = await connection.fetchval(
        "UPDATE refunds SET attempts = attempts + $4::int, refusals = refusals + $5::int,"
        " waits = waits + $6::int, run_at = $2, leased_until = NULL, last_error = $3,"
        " needs_attention = $7::text IS NOT NULL, attention_reason = $7"
        " WHERE refund_id = $1 AND status = 'pending' RETURNING order_id",
        refund.refund_id,
        why.run_at,
        why.error,
        int(why.is_failed),
        int(why.is_refused),
        int(why.is_waiting),
        why.attention_reason,
    )
    if order_id is not None and why.attention_reason is not None:
        await flag_order(connection, order_id, why.attention_reason)


async def lock_tickets_of_orders(
    connection: Connection, order_ids: Sequence[int]
) -> dict[int, list[Ticket]]:
    """Lock all tickets of these orders and return them by order."""
    rows = await connection.fetch(
        "SELECT * FROM tickets WHERE order_id = ANY($1::bigint[]) ORDER BY ticket_id FOR UPDATE",
        order_ids,
    )
    found: dict[int, list[Ticket]] = {order_id: [] for order_id in order_ids}
    for row in rows:
        found[row["order_id"]].append(ticket_of(row))
    return found


async def cancel_tickets(
    connection: Connection,
    backs: Sequence[tuple[int, TicketBack, int | None]],
    at: datetime,
) -> None:
    """Cancel tickets and note what each gave back: order, what, and the refund that brings it.

    The caller has them locked.
    """
    await connection.execute(
        "UPDATE tickets t SET status = 'cancelled', cancelled_at = $3, refund_id = n.refund_id"
        " FROM unnest($1::bigint[], $2::bigint[]) AS n(ticket_id, refund_id)"
        " WHERE t.ticket_id = n.ticket_id",
        [back.ticket_id for _, back, _ in backs],
        [refund_id for _, _, refund_id in backs],
        at,
    )
    await insert_backs(connection, backs, at, is_cancellation=True)


async def insert_backs(
    connection: Connection,
    backs: Sequence[tuple[int, TicketBack, int | None]],
    at: datetime,
    *,
    is_cancellation: bool,
) -> None:
    """Note what refunds give back of tickets: order, what, and the refund that brings it."""
    await connection.execute(
        "INSERT INTO refund_tickets (ticket_id, order_id, refund_id, price_minor, fee_minor,"
        " kept_minor, fee_kept_minor, given_before_minor, is_cancellation, created_at)"
        " SELECT n.*, $9, $10 FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[],"
        " $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[]) AS n",
        [back.ticket_id for _, back, _ in backs],
        [order_id for order_id, _, _ in backs],
        [refund_id for _, _, refund_id in backs],
        [back.price_minor for _, back, _ in backs],
        [back.fee_minor for _, back, _ in backs],
        [back.kept_minor for _, back, _ in backs],
        [back.fee_kept_minor for _, back, _ in backs],
        [back.given_before_minor for _, back, _ in backs],
        is_cancellation,
        at,
    )


async def end_orders(connection: Connection, order_ids: Sequence[int]) -> None:
    """Note which of these issued orders have no live ticket left; the caller has them locked."""
    await connection.execute(
        "UPDATE orders o SET state = 'cancelled' WHERE order_id = ANY($1::bigint[])"
        " AND state = 'issued' AND NOT EXISTS (SELECT 1 FROM tickets t"
        " WHERE t.order_id = o.order_id AND t.status <> 'cancelled')",
        order_ids,
    )


def refund_of(row: asyncpg.Record) -> Refund:
    """Return a refund, of a row that names its payment's intent too."""
    return Refund(
        refund_id=row["refund_id"],
        order_id=row["order_id"],
        amount_minor=row["amount_minor"],
        intent_id=row["intent_id"],
        attempts=row["attempts"],
        refusals=row["refusals"],
        waits=row["waits"],
        created_at=row["created_at"],
        status=row["status"],
    )
