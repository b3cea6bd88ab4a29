"""Statements on orders whose tickets were sent again."""

from datetime import datetime

from guichet.tickets.repository.stock import Connection


async def resent_since(
    connection: Connection, order_id: int, since: datetime
) -> tuple[int, datetime | None]:
    """Return how often a locked order was sent again since then, and when first."""
    row = await connection.fetchrow(
        "SELECT count(*) AS times, min(asked_at) AS first_at FROM order_resends"
        " WHERE order_id = $1 AND asked_at > $2",
        order_id,
        since,
    )
    return (row["times"], row["first_at"]) if row else (0, None)


async def add_resend(
    connection: Connection, order_id: int, asked_by: int | None, at: datetime
) -> int:
    """Note that an order is sent again; return the number of that occasion."""
    resend_id: int = await connection.fetchval(
        "INSERT INTO order_resends (order_id, asked_by, asked_at) VALUES ($1, $2, $3)"
        " RETURNING resend_id",
        order_id,
        asked_by,
        at,
    )
    return resend_id
