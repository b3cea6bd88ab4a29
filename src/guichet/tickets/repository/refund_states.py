"""Statements on how an order's refunds stand, for who reads it."""

from sqlalchemy import select

from guichet.kernel.database import Transaction
from guichet.tickets.refund_views import RefundState
from guichet.tickets.tables import refunds


async def refunds_of_order(connection: Transaction, order_id: int) -> list[RefundState]:
    """Return an order's refunds, oldest first."""
    found = await connection.execute(
        select(
            refunds.c.refund_id,
            refunds.c.amount_minor,
            refunds.c.status,
            refunds.c.reason,
            refunds.c.note,
            refunds.c.created_at,
            refunds.c.completed_at,
            refunds.c.failed_at,
            refunds.c.failure_reason,
            refunds.c.is_retried,
            refunds.c.settled_at,
            refunds.c.attention_reason,
        )
        .where(refunds.c.order_id == order_id)
        .order_by(refunds.c.refund_id)
    )
    return [RefundState(*row) for row in found]
