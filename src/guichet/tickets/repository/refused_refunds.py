"""Statements on refunds that the provider refuses, on asyncpg; the caller has the order locked."""

from guichet.tickets.repository.refunds import Refund, refund_of
from guichet.tickets.repository.stock import Connection


async def lock_pending_refunds(
    connection: Connection, order_id: int, own_id: int | None = None
) -> list[Refund]:
    """Lock and return the refunds of an order that are still to be carried out, oldest first.

    One that the provider is being asked for at this moment is left out: it may still succeed.
    `own_id` is the refund that the caller itself has just asked for.
    """
    rows = await connection.fetch(
        "SELECT r.*, p.intent_id FROM refunds r JOIN payments p USING (order_id)"
        " WHERE r.order_id = $1 AND r.status = 'pending' AND (r.refund_id = $2"
        " OR r.leased_until IS NULL OR r.leased_until <= now()) ORDER BY r.refund_id FOR UPDATE",
        order_id,
        own_id,
    )
    return [refund_of(row) for row in rows]


async def attention_of(connection: Connection, refund_id: int) -> str | None:
    """Return why somebody has to look at a refund, None where nobody has to."""
    found: str | None = await connection.fetchval(
        "SELECT attention_reason FROM refunds WHERE refund_id = $1", refund_id
    )
    return found


async def left_of_disputes(connection: Connection, order_id: int, word: str) -> int:
    """Return what lost disputes gave the buyer, less what stands for a refund already.

    `word` is the failure's reason of such refunds; minor units.
    """
    found: int = await connection.fetchval(
        "SELECT coalesce((SELECT sum(amount_minor) FROM disputes WHERE order_id = $1"
        " AND status = 'lost'), 0)::bigint - coalesce((SELECT sum(amount_minor) FROM refunds"
        " WHERE order_id = $1 AND status = 'settled' AND failure_reason = $2), 0)::bigint",
        order_id,
        word,
    )
    return found


async def try_again_after_dispute(connection: Connection, order_id: int, reason: str) -> None:
    """Let refunds that waited for the end of a dispute be asked for now; nobody has to look."""
    await connection.execute(
        "UPDATE refunds SET run_at = now(), needs_attention = false, attention_reason = NULL"
        " WHERE order_id = $1 AND status = 'pending' AND attention_reason = $2",
        order_id,
        reason,
    )
