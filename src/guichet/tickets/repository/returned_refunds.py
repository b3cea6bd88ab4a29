"""Statements on refunds that the bank returned after they had succeeded, on asyncpg.

The caller of each has the order locked.
"""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from guichet.tickets.attention import REFUND_REASONS, Attention
from guichet.tickets.repository.stock import Connection


@dataclass(frozen=True, slots=True)
class Returned:
    """A refund that the bank returned, in minor units; the buyer is owed it again."""

    refund_id: int
    order_id: int
    amount_minor: int
    kind: str


async def fail_refund(
    connection: Connection, refund_id: int, reason: str, at: datetime
) -> Returned | None:
    """Note that a refund came back, and take it off its payment; None where that is known."""
    row = await connection.fetchrow(
        "UPDATE refunds SET status = 'failed', failed_at = $3, failure_reason = $2,"
        " needs_attention = true, attention_reason = $4"
        " WHERE refund_id = $1 AND status = 'completed' RETURNING *",
        refund_id,
        reason,
        at,
        Attention.REFUND_FAILED.value,
    )
    if row is None:
        return None
    returned = _returned(row)
    await connection.execute(
        "UPDATE payments p SET refunded_minor = refunded_minor - $2,"
        " status = CASE status WHEN 'refunded' THEN 'completed' ELSE status END,"
        " refunded_at = (SELECT max(r.completed_at) FROM refunds r"
        " WHERE r.order_id = p.order_id AND r.status = 'completed') WHERE order_id = $1",
        returned.order_id,
        returned.amount_minor,
    )
    return returned


async def read_returned(
    connection: Connection, order_id: int, refund_id: int
) -> tuple[Returned, bool] | None:
    """Return a refund of an order, and whether it waits to be paid; None where it has no such."""
    row = await connection.fetchrow(
        "SELECT * FROM refunds WHERE order_id = $1 AND refund_id = $2", order_id, refund_id
    )
    if row is None:
        return None
    return _returned(row), row["status"] == "failed" and not row["is_retried"]


async def insert_retry(
    connection: Connection, returned: Returned, requested_by: int | None, at: datetime
) -> int:
    """Store a refund in the place of one that came back; returns its id.

    It gives back the same of the same tickets. It has its credit note already: the first one had.
    """
    await connection.execute(
        "UPDATE refunds SET is_retried = true, needs_attention = false, attention_reason = NULL"
        " WHERE refund_id = $1",
        returned.refund_id,
    )
    refund_id: int = await connection.fetchval(
        "INSERT INTO refunds (order_id, amount_minor, reason, kind, note, run_id, parts,"
        " requested_by, run_at, retry_of, is_documented)"
        " SELECT order_id, amount_minor, reason, kind, note, run_id, parts, $2, $3, refund_id, true"
        " FROM refunds WHERE refund_id = $1 RETURNING refund_id",
        returned.refund_id,
        requested_by,
        at,
    )
    for table in ("refund_tickets", "tickets"):
        await connection.execute(
            f"UPDATE {table} SET refund_id = $2 WHERE refund_id = $1",  # noqa: S608 - one of two names
            returned.refund_id,
            refund_id,
        )
    return refund_id


async def settle_refund(
    connection: Connection, returned: Returned, by: int | None, note: str, at: datetime
) -> None:
    """Note that a returned refund was paid by other means, by whom and how."""
    await connection.execute(
        "UPDATE refunds SET status = 'settled', settled_at = $2, settled_by = $3,"
        " settled_note = $4, needs_attention = false, attention_reason = NULL"
        " WHERE refund_id = $1",
        returned.refund_id,
        at,
        by,
        note,
    )


async def follow_refunds(connection: Connection, order_id: int) -> None:
    """Show an order for its refunds, or no more: why is what the oldest of them waits for.

    What an order is shown for besides stays as it is.
    """
    await connection.execute(
        "UPDATE orders o SET needs_attention = w.reason IS NOT NULL, attention_reason = w.reason"
        " FROM (SELECT (SELECT attention_reason FROM refunds WHERE order_id = $1"
        " AND needs_attention ORDER BY refund_id LIMIT 1) AS reason) AS w"
        " WHERE o.order_id = $1 AND o.step IS NULL AND (o.needs_attention IS FALSE"
        " OR o.attention_reason IS NULL OR o.attention_reason = ANY($2::text[]))",
        order_id,
        REFUND_REASONS,
    )


def _returned(row: asyncpg.Record) -> Returned:
    return Returned(row["refund_id"], row["order_id"], row["amount_minor"], row["kind"])
