"""Statements on orders that wait for a person."""

from dataclasses import dataclass

from guichet.tickets.repository.stock import Connection


@dataclass(frozen=True, slots=True)
class OrderAttention:
    """Whether an order waits for somebody, and why.

    `is_under_way`: we still try of ourselves. `owes_refund`: the bank has returned one.
    """

    needs_attention: bool
    reason: str | None
    is_under_way: bool
    owes_refund: bool


async def lock_attention(connection: Connection, order_id: int) -> OrderAttention | None:
    """Lock an order and return what it waits for, None where there is no such order."""
    row = await connection.fetchrow(
        "SELECT needs_attention, attention_reason, step IS NOT NULL AS is_paying FROM orders"
        " WHERE order_id = $1 FOR UPDATE",
        order_id,
    )
    if row is None:
        return None
    # Only what is read behind the lock tells how a refund stands that had it before us.
    waiting = await connection.fetch(
        "SELECT DISTINCT status FROM refunds WHERE order_id = $1 AND needs_attention", order_id
    )
    statuses = {refund["status"] for refund in waiting}
    return OrderAttention(
        row["needs_attention"],
        row["attention_reason"],
        is_under_way=row["is_paying"] or "pending" in statuses,
        owes_refund="failed" in statuses,
    )


async def clear_attention(connection: Connection, order_id: int) -> None:
    """Note that an order waits for nobody any more; the caller has it locked."""
    await connection.execute(
        "UPDATE orders SET needs_attention = false, attention_reason = NULL WHERE order_id = $1",
        order_id,
    )
