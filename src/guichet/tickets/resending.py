"""Sending an order's tickets again to its buyer, who lost the mail or never had it."""

import math
from datetime import timedelta

from guichet.contracts.messages.tickets import OrderResendRequested
from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.outbox import enqueue_hot
from guichet.tickets import told
from guichet.tickets.domain import TicketStatus
from guichet.tickets.links import OrderLinks
from guichet.tickets.problems import NothingToSend, OrderNotFound, SentTooOften
from guichet.tickets.repository import offers as offer_rows
from guichet.tickets.repository import orders as order_rows
from guichet.tickets.repository import resends as resend_rows

RESENDS_MAX = 3
RESENDS_WITHIN = timedelta(hours=1)


async def resend(
    database: Database, links: OrderLinks, order_id: int, asked_by: int | None
) -> None:
    """Have an order's live tickets mailed again to the address they were bought under.

    `asked_by` is None for a guest. Raises `OrderNotFound`, `NothingToSend` where no ticket is
    live or the buyer was deleted, `SentTooOften` after three times within an hour.
    """
    at = now()
    async with database.hot.acquire() as connection, connection.transaction():
        order = (await order_rows.lock_orders(connection, [order_id])).get(order_id)
        offer = order and await offer_rows.read_offer(connection, order.event_id)
        if order is None or offer is None:
            raise OrderNotFound
        tickets = await order_rows.read_order_tickets(connection, order_id)
        live = [each for each in tickets if each.status is not TicketStatus.CANCELLED]
        if not live or not order.buyer.email:
            raise NothingToSend
        times, first_at = await resend_rows.resent_since(connection, order_id, at - RESENDS_WITHIN)
        if times >= RESENDS_MAX and first_at is not None:
            wait = (first_at + RESENDS_WITHIN - at).total_seconds()
            raise SentTooOften(retry_after_seconds=max(1, math.ceil(wait)))
        resend_id = await resend_rows.add_resend(connection, order_id, asked_by, at)
        again = told.confirmed(order, offer, live, links, at).model_dump()
        again["total_minor"] = sum(each.price_minor + each.fee_on_top_minor for each in live)
        await enqueue_hot(connection, [OrderResendRequested(**again, resend_id=resend_id)])
    database.outbox_written.set()
