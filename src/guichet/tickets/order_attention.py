"""What an order waited for is dealt with: a person says so, and what was done."""

from guichet.kernel.audit import record_hot
from guichet.kernel.database import Database
from guichet.tickets import auditing
from guichet.tickets.problems import OrderNotFound
from guichet.tickets.refund_problems import NothingToResolve, RefundStillOwed, StillUnderWay
from guichet.tickets.repository import order_attention as rows


async def resolve_attention(database: Database, order_id: int, note: str) -> str | None:
    """Take an order off the list of those that wait for a person; returns why it was there.

    Raises `OrderNotFound`, `NothingToResolve`, or `StillUnderWay` where its payment or a refund is
    still being tried: taken off the list now, the next failure would bring it back. Raises
    `RefundStillOwed` where the bank has returned a refund, which has its own ways to end.
    """
    async with database.hot.acquire() as connection, connection.transaction():
        found = await rows.lock_attention(connection, order_id)
        if found is None:
            raise OrderNotFound
        if not found.needs_attention:
            raise NothingToResolve
        if found.is_under_way:
            raise StillUnderWay
        if found.owes_refund:
            raise RefundStillOwed
        await rows.clear_attention(connection, order_id)
        resolved = auditing.attention_resolved(order_id, found.reason, note)
        await record_hot(connection, [resolved])
    return found.reason
