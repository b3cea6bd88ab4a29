"""Cancelling tickets, wherever it comes from: places to the stock, money to the buyer, together.

Everything that belongs to it happens in the caller's transaction, for one order or for many of one
event: the refund with what each ticket gives back, the tickets, the counters, the limits, the
order's end, the message. The caller has the event's stock and the orders locked, in this order.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from guichet.kernel.logs import logger
from guichet.kernel.outbox import enqueue_hot
from guichet.tickets import told
from guichet.tickets.domain import Offer
from guichet.tickets.giving_back import Withdrawal
from guichet.tickets.repository import refunds as refund_rows
from guichet.tickets.repository import stock as stock_rows
from guichet.tickets.repository.refunds import NewRefund
from guichet.tickets.repository.stock import Connection

log = logger(__name__)


async def withdraw(
    connection: Connection, offer: Offer, withdrawals: Sequence[Withdrawal], at: datetime
) -> dict[int, int]:
    """Cancel tickets of orders of one event; return the refunds' ids by order.

    An order of which nothing goes back has no refund.
    """
    refund_ids = await refund_rows.insert_refunds(
        connection, [_refund_of(each) for each in withdrawals if each.refund_minor], at
    )
    await refund_rows.cancel_tickets(
        connection,
        [
            (each.order.order_id, back, refund_ids.get(each.order.order_id))
            for each in withdrawals
            for back in each.backs
        ],
        at,
    )
    await _give_places_back(connection, offer, withdrawals)
    await refund_rows.end_orders(connection, [each.order.order_id for each in withdrawals])
    await enqueue_hot(connection, [told.cancelled(each, offer, at) for each in withdrawals])
    for each in withdrawals:
        log.info(
            "tickets cancelled",
            order=each.order.order_id,
            tickets=len(each.tickets),
            reason=each.right.reason,
        )
    return refund_ids


async def _give_places_back(
    connection: Connection, offer: Offer, withdrawals: Sequence[Withdrawal]
) -> None:
    allotted: Counter[tuple[str, int, int]] = Counter()
    for each in withdrawals:
        for ticket in each.tickets:
            stock = offer.stock[ticket.ticket_type_id]
            stock.sold -= 1
            stock.is_changed = True
            allotted[each.order.buyer.key, offer.event_id, ticket.ticket_type_id] += 1
    await stock_rows.save_stock(connection, offer.stock.values())
    await stock_rows.take_allotments(connection, allotted)


def _refund_of(withdrawal: Withdrawal) -> NewRefund:
    return NewRefund(
        order_id=withdrawal.order.order_id,
        amount_minor=withdrawal.refund_minor,
        reason=withdrawal.right.reason,
        parts=withdrawal.parts,
        note=withdrawal.note,
        requested_by=withdrawal.right.account_id,
        run_id=withdrawal.run_id,
    )
