"""Money that was taken for an order that had already ended: served if that can be, else given back.

It should not happen, since a payment is closed at the provider before its order ends. It can, where
the provider had nothing to show in time: then the buyer was told that nothing was taken.
"""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from guichet.kernel.audit import record_hot
from guichet.kernel.clock import now
from guichet.kernel.context import request_id
from guichet.kernel.database import Database
from guichet.kernel.logs import logger
from guichet.kernel.outbox import enqueue_hot
from guichet.kernel.saga import Direction
from guichet.tickets import auditing, told
from guichet.tickets.deciding import decide
from guichet.tickets.domain import (
    Offer,
    Order,
    OrderState,
    Refused,
    checked_next,
    take,
)
from guichet.tickets.payments import PaymentOutcome, SeenPayment
from guichet.tickets.promo_codes import PromoCode
from guichet.tickets.purchase import Purchase, with_result
from guichet.tickets.refunds import Refunds
from guichet.tickets.repository import orders as order_rows
from guichet.tickets.repository import promo_codes as promo_rows
from guichet.tickets.repository import stock as stock_rows
from guichet.tickets.repository.ledger import transfer_captures
from guichet.tickets.repository.orders import OrderSave
from guichet.tickets.repository.stock import Connection

LATE = "late_payment"

log = logger(__name__)


class LateOutcome(StrEnum):
    """What became of a payment that came too late."""

    NOTHING = "nothing"
    """There was nothing to do: not captured, or known already."""
    SERVED = "served"
    GIVEN_BACK = "given_back"
    TWICE = "twice"
    """The order has another payment that was captured: a person has to look."""


class LatePayments:
    """Takes in what was captured too late."""

    def __init__(self, database: Database, purchase: Purchase, refunds: Refunds) -> None:
        self._database = database
        self._purchase = purchase
        self._refunds = refunds

    async def take_in(self, order_id: int, seen: SeenPayment) -> LateOutcome:
        """Serve an ended order whose payment was captured after all, or give the money back."""
        if seen.result.outcome is not PaymentOutcome.PAID:
            return LateOutcome.NOTHING
        async with self._database.hot.acquire() as connection, connection.transaction():
            outcome, order = await _take_in(connection, order_id, seen, now())
        if order is None:
            return outcome
        if outcome is LateOutcome.GIVEN_BACK:
            self._database.outbox_written.set()
            await self._refunds.request_whole(order)
        self._purchase.runner.wake.set()
        log.warning("a payment came late", order=order_id, outcome=outcome.value)
        return outcome

    async def give_back_what_was_left(self) -> int:
        """Ask back what an order that ended `refunded` still owes: a crash may have come between.

        Returns for how many orders.
        """
        async with self._database.hot.acquire() as connection:
            owing = await order_rows.refunded_orders_that_owe(connection)
        for order in owing:
            await self._refunds.request_whole(order)
        return len(owing)


async def _take_in(
    connection: Connection, order_id: int, seen: SeenPayment, at: datetime
) -> tuple[LateOutcome, Order | None]:
    known = await order_rows.read_order(connection, order_id)
    if known is None or known.payment is None:
        return LateOutcome.NOTHING, None
    # The offer first, then the order: everybody locks in this sequence.
    offers = await stock_rows.lock_offers(connection, [known.event_id])
    order = (await order_rows.lock_orders(connection, [order_id]))[order_id]
    payment = order.payment
    if payment is None or order.step is not None:
        return LateOutcome.NOTHING, None
    if payment.captured_minor:
        is_other = payment.intent_id != seen.intent_id
        return (LateOutcome.TWICE if is_other else LateOutcome.NOTHING), None
    if order.state is not OrderState.FAILED:
        return LateOutcome.NOTHING, None
    paid = with_result(order, seen.result)
    offer = offers[order.event_id]
    if await _can_be_served(connection, paid, offer, at):
        reopened = replace(
            paid,
            state=checked_next(paid.state, OrderState.PAYING),
            failure=None,
            step="issue",
            direction=Direction.FORWARD.value,
            attempts=0,
        )
        await order_rows.save_orders(connection, [_save(reopened, at)])
        await _enter(connection, reopened)
        return LateOutcome.SERVED, reopened
    ended = replace(paid, state=checked_next(paid.state, OrderState.REFUNDED), failure=LATE)
    await order_rows.save_orders(connection, [_save(ended, at)])
    await _enter(connection, ended)
    await enqueue_hot(connection, [told.failed(ended, offer, at)])
    return LateOutcome.GIVEN_BACK, ended


async def _enter(connection: Connection, order: Order) -> None:
    await transfer_captures(connection, [order])
    await record_hot(connection, [auditing.captured(order, request_id.get())])


async def _can_be_served(connection: Connection, order: Order, offer: Offer, at: datetime) -> bool:
    """Take the places again, in memory and in the books, if a new buyer could have them now."""
    pair = (order.buyer.key, order.event_id)
    allotted = (await stock_rows.read_allotments(connection, [pair]))[pair]
    is_whole = order.payment is not None and order.payment.captured_minor == order.total_minor
    promo = await _promo_of(connection, order)
    if not is_whole or isinstance(decide(offer, order.lines, allotted, at, promo), Refused):
        return False
    take(offer, order.lines, allotted, is_sold=False)
    await stock_rows.save_stock(connection, offer.stock.values())
    taken = stock_rows.quantities([(order.buyer.key, order.event_id, order.lines)])
    await stock_rows.add_allotments(connection, taken)
    return True


async def _promo_of(connection: Connection, order: Order) -> PromoCode | None:
    """Return the order's code: valid when the order was made; its limit counts now."""
    if order.promo_id is None:
        return None
    promo = await promo_rows.read_by_id(connection, order.promo_id)
    return None if promo is None else replace(promo, valid_from=None, valid_until=None)


def _save(order: Order, at: datetime) -> OrderSave:
    return OrderSave(order, run_at=at, leased_until=None)
