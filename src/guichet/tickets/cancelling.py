"""Cancelling tickets: the place returns to the stock and the money to the buyer, together."""

from collections.abc import Collection
from dataclasses import dataclass

from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.logs import logger
from guichet.kernel.outbox import enqueue_hot
from guichet.tickets import told
from guichet.tickets.domain import Line, Offer, Order, OrderState, Ticket, TicketStatus
from guichet.tickets.pricing import Paid, refund_parts, unit_of, whole
from guichet.tickets.problems import (
    AlreadyCancelled,
    AlreadyUsed,
    EventOver,
    OrderNotFound,
    TicketNotFound,
)
from guichet.tickets.refunds import Refunds
from guichet.tickets.repository import orders as order_rows
from guichet.tickets.repository import refunds as refund_rows
from guichet.tickets.repository import stock as stock_rows
from guichet.tickets.repository.stock import Connection

EVENT_ORDERS_AT_ONCE = 50
EVENTS_AT_ONCE = 10

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What was cancelled, and the refund that was stored with it (None where nothing was paid)."""

    order: Order
    tickets: tuple[Ticket, ...]
    refund_id: int | None
    refund_minor: int


class Cancelling:
    """Cancels single tickets, and all those of a cancelled event."""

    def __init__(self, database: Database, refunds: Refunds) -> None:
        self._database = database
        self._refunds = refunds

    async def cancel_ticket(self, ticket: Ticket, reason: str) -> Cancelled:
        """Cancel one ticket and refund it.

        Raises `AlreadyCancelled`, `AlreadyUsed`, or `EventOver` once the event has begun to be
        past. The refund is carried out at once where the provider answers, later otherwise.
        """
        async with self._database.hot.acquire() as connection, connection.transaction():
            offer = await _locked_offer(connection, ticket.event_id)
            order = await _locked_order(connection, ticket.order_id)
            locked = await refund_rows.lock_tickets(connection, [ticket.ticket_id])
            if not locked:
                raise TicketNotFound
            _check_cancellable(locked[0], offer)
            cancelled = await self._cancel(connection, offer, order, locked, reason)
        return await self._carried_out(cancelled)

    async def cancel_event_orders(self) -> int:
        """Cancel and refund orders of cancelled events, some of them; returns how many.

        Each order is one commit, so that a crash loses nothing and repeats nothing. What has been
        admitted already is refunded too: the event did not take place.
        """
        done = 0
        async with self._database.hot.acquire() as connection:
            events = await refund_rows.cancelled_events_with_orders(connection, EVENTS_AT_ONCE)
        for event_id in events:
            async with self._database.hot.acquire() as connection:
                order_ids = await refund_rows.live_orders_of_event(
                    connection, event_id, EVENT_ORDERS_AT_ONCE
                )
            for order_id in order_ids:
                await self._cancel_order(event_id, order_id)
            done += len(order_ids)
        return done

    async def _cancel_order(self, event_id: int, order_id: int) -> None:
        async with self._database.hot.acquire() as connection, connection.transaction():
            offer = await _locked_offer(connection, event_id)
            order = await _locked_order(connection, order_id)
            if order.state is not OrderState.ISSUED:
                return
            tickets = await refund_rows.lock_order_tickets(connection, order_id)
            live = [t for t in tickets if t.status is not TicketStatus.CANCELLED]
            await self._cancel(connection, offer, order, live, "event_cancelled")
        self._database.outbox_written.set()
        self._refunds.wake.set()

    async def _cancel(
        self,
        connection: Connection,
        offer: Offer,
        order: Order,
        tickets: Collection[Ticket],
        reason: str,
    ) -> Cancelled:
        at = now()
        parts = refund_parts(
            whole(Paid(unit_of(order.lines, ticket.ticket_type_id))) for ticket in tickets
        )
        refund_minor, refund_id = parts.amount_minor, None
        if refund_minor:
            refund_id = await refund_rows.insert_refund(
                connection, order.order_id, refund_minor, reason, at, parts
            )
        ids = [ticket.ticket_id for ticket in tickets]
        await refund_rows.cancel_tickets(connection, ids, refund_id, at)
        for ticket in tickets:
            offer.stock[ticket.ticket_type_id].sold -= 1
            offer.stock[ticket.ticket_type_id].is_changed = True
        await stock_rows.save_stock(connection, offer.stock.values())
        lines = [Line(ticket.ticket_type_id, 1) for ticket in tickets]
        taken = stock_rows.quantities([(order.buyer.key, order.event_id, lines)])
        await stock_rows.take_allotments(connection, taken)
        others = await order_rows.read_order_tickets(connection, order.order_id)
        if all(ticket.status is TicketStatus.CANCELLED for ticket in others):
            await refund_rows.end_order(connection, order.order_id)
        message = told.cancelled(order, offer, list(tickets), refund_minor, reason, at)
        await enqueue_hot(connection, [message])
        log.info("tickets cancelled", order=order.order_id, tickets=len(ids), reason=reason)
        return Cancelled(order, tuple(tickets), refund_id, refund_minor)

    async def _carried_out(self, cancelled: Cancelled) -> Cancelled:
        self._database.outbox_written.set()
        if cancelled.refund_id is not None:
            await self._refunds.carry_out_due(only=cancelled.refund_id)
        return cancelled


def _check_cancellable(ticket: Ticket, offer: Offer) -> None:
    if ticket.status is TicketStatus.CANCELLED:
        raise AlreadyCancelled(cancelled_at=ticket.cancelled_at)
    if ticket.status is TicketStatus.USED:
        raise AlreadyUsed(used_at=ticket.used_at, used_where=ticket.used_where)
    if now() >= offer.starts_at:
        raise EventOver


async def _locked_offer(connection: Connection, event_id: int) -> Offer:
    return (await stock_rows.lock_offers(connection, [event_id]))[event_id]


async def _locked_order(connection: Connection, order_id: int) -> Order:
    orders = await order_rows.lock_orders(connection, [order_id])
    if order_id not in orders:
        raise OrderNotFound
    return orders[order_id]
