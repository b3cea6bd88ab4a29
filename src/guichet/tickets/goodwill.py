"""Goodwill: an administrator gives part of a payment back, and the tickets stay valid.

The amount is spread over what is left of the order's tickets, in proportion (`pricing.spread`): so
ledger and credit note know its VAT and fee, and a ticket that is given back later gives back that
much less.
"""

from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.logs import logger
from guichet.kernel.outbox import enqueue_hot
from guichet.tickets import told
from guichet.tickets.cancelling import GivenBack
from guichet.tickets.domain import Order, OrderState
from guichet.tickets.giving_back import Right, TicketBack, paid_for
from guichet.tickets.pricing import refund_parts, spread
from guichet.tickets.problems import OrderNotFound
from guichet.tickets.refund_problems import GoodwillTooMuch, NotPaid
from guichet.tickets.refunds import Refunds
from guichet.tickets.repository import offers as offer_rows
from guichet.tickets.repository import orders as order_rows
from guichet.tickets.repository import refund_keys as key_rows
from guichet.tickets.repository import refunds as refund_rows
from guichet.tickets.repository.refund_keys import Done, RefundKey
from guichet.tickets.repository.refunds import NewRefund
from guichet.tickets.repository.stock import Connection

REASON = "goodwill"

log = logger(__name__)


class Goodwill:
    """Gives amounts back that belong to no ticket."""

    def __init__(self, database: Database, refunds: Refunds) -> None:
        self._database = database
        self._refunds = refunds

    async def grant(
        self, order_id: int, amount_minor: int, note: str, right: Right, key: RefundKey
    ) -> GivenBack:
        """Give an amount back; the same key again gives the same answer and does nothing.

        Raises `OrderNotFound`, `NotPaid`, `KeyReused`, or `GoodwillTooMuch` above what of the
        payment is neither given back nor about to be.
        """
        async with self._database.hot.acquire() as connection, connection.transaction():
            done = await key_rows.claim_key(connection, key, order_id)
            is_new = done is None
            if done is None:
                done = await _grant(connection, order_id, amount_minor, note, right)
                await key_rows.settle_key(connection, key, done)
        if is_new:
            self._database.outbox_written.set()
            await self._refunds.carry_out_due(only=done.refund_id)
        async with self._database.hot.acquire() as connection:
            order = await order_rows.read_order(connection, order_id)
            if order is None:
                raise OrderNotFound
            amount, status = await refund_rows.amount_and_status(connection, done.refund_id)
        return GivenBack(order, (), done.refund_id, amount, status)


async def _grant(
    connection: Connection, order_id: int, amount_minor: int, note: str, right: Right
) -> Done:
    order = (await order_rows.lock_orders(connection, [order_id])).get(order_id)
    if order is None:
        raise OrderNotFound
    _check_paid(order)
    left = (await refund_rows.left_to_refund(connection, [order_id]))[order_id]
    if amount_minor > left:
        raise GoodwillTooMuch(left, order.currency)
    offer = await offer_rows.read_offer(connection, order.event_id)
    if offer is None:
        raise OrderNotFound
    at = now()
    tickets = await order_rows.read_order_tickets(connection, order_id)
    returned = await refund_rows.returned_before(connection, [order_id])
    shares = spread(amount_minor, paid_for(order, tickets, returned))
    refund = NewRefund(
        order_id,
        amount_minor,
        REASON,
        refund_parts(shares),
        kind=REASON,
        note=note,
        requested_by=right.account_id,
    )
    refund_id = (await refund_rows.insert_refunds(connection, [refund], at))[order_id]
    backs = [
        (
            order_id,
            TicketBack(ticket.ticket_id, share.price_minor, share.fee_on_top_minor),
            refund_id,
        )
        for ticket, share in zip(tickets, shares, strict=True)
        if share.amount_minor
    ]
    await refund_rows.insert_backs(connection, backs, at, is_cancellation=False)
    await enqueue_hot(connection, [told.goodwill(order, offer, amount_minor, note, at)])
    log.info("goodwill granted", order=order_id, refund=refund_id)
    return Done(refund_id, [])


def _check_paid(order: Order) -> None:
    captured = order.payment.captured_minor if order.payment else 0
    if order.state not in {OrderState.ISSUED, OrderState.CANCELLED} or not captured:
        raise NotPaid
