"""Giving back one ticket, part of an order or an order: what would happen, and doing it."""

from collections.abc import Sequence
from dataclasses import dataclass

from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.tickets.domain import Offer, Order, Ticket, TicketStatus
from guichet.tickets.giving_back import (
    OrderBack,
    Right,
    TicketBack,
    Withdrawal,
    order_back,
    paid_for,
)
from guichet.tickets.problems import OrderNotFound, TicketNotFound
from guichet.tickets.refunds import Refunds
from guichet.tickets.repository import offers as offer_rows
from guichet.tickets.repository import orders as order_rows
from guichet.tickets.repository import refund_keys as key_rows
from guichet.tickets.repository import refunds as refund_rows
from guichet.tickets.repository import stock as stock_rows
from guichet.tickets.repository.refund_keys import Done, RefundKey
from guichet.tickets.repository.stock import Connection
from guichet.tickets.withdrawing import withdraw


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What a request gave back, in minor units; `refund_id` is None where that was nothing.

    `status` is the refund's: pending, completed, failed or settled; none without a refund.
    """

    order: Order
    tickets: tuple[TicketBack, ...]
    refund_id: int | None
    refund_minor: int
    status: str


class Cancelling:
    """Gives back tickets of one order."""

    def __init__(self, database: Database, refunds: Refunds) -> None:
        self._database = database
        self._refunds = refunds

    async def preview(
        self, order_id: int, ticket_ids: Sequence[int] | None, right: Right
    ) -> OrderBack:
        """Return what would go back for these tickets, or all that are live, as of one moment.

        Raises `OrderNotFound`, or `TicketNotFound` for a ticket that is not the order's.
        """
        async with self._database.hot_snapshot() as connection:
            order = await order_rows.read_order(connection, order_id)
            offer = order and await offer_rows.read_offer(connection, order.event_id)
            if order is None or offer is None:
                raise OrderNotFound
            tickets = await order_rows.read_order_tickets(connection, order_id)
            left = await refund_rows.left_to_refund(connection, [order_id])
            returned = await refund_rows.returned_before(connection, [order_id])
        chosen = _chosen(tickets, ticket_ids)
        paid = paid_for(order, chosen, returned)
        return order_back(chosen, paid, offer, right, left[order_id], now())

    async def order_of(self, ticket_id: int) -> int:
        """Return the order of a ticket; raises `TicketNotFound`."""
        async with self._database.hot.acquire() as connection:
            found = await refund_rows.order_of_ticket(connection, ticket_id)
        if found is None:
            raise TicketNotFound
        return found

    async def cancel_ticket(self, ticket: Ticket, right: Right) -> GivenBack:
        """Cancel one ticket and refund it.

        Raises `AlreadyCancelled`, `AlreadyUsed`, `RefundNotAllowed`, `RefundTooLate`, or
        `EventOver` once the event has begun. The refund is carried out at once where the provider
        answers, later otherwise.
        """
        return await self.give_back(ticket.order_id, [ticket.ticket_id], right)

    async def give_back(
        self,
        order_id: int,
        ticket_ids: Sequence[int] | None,
        right: Right,
        *,
        note: str | None = None,
        key: RefundKey | None = None,
    ) -> GivenBack:
        """Cancel tickets of an order, or all that are live, and refund them together.

        Raises what `cancel_ticket` raises, `TicketNotFound` for a ticket that is not the order's,
        `NothingToRefund` where none is live. The same `key` again gives the same answer and does
        nothing; for another request it raises `KeyReused`.
        """
        async with self._database.hot.acquire() as connection, connection.transaction():
            done = await key_rows.claim_key(connection, key, order_id) if key else None
            is_new = done is None
            if done is None:
                done = await self._withdraw(connection, order_id, ticket_ids, right, note)
                if key:
                    await key_rows.settle_key(connection, key, done)
        self._database.outbox_written.set()
        if is_new and done.refund_id is not None:
            await self._refunds.carry_out_due(only=done.refund_id)
        return await self._read(order_id, done)

    async def _withdraw(
        self,
        connection: Connection,
        order_id: int,
        ticket_ids: Sequence[int] | None,
        right: Right,
        note: str | None,
    ) -> Done:
        at = now()
        offer, order = await _locked(connection, order_id)
        own = (await refund_rows.lock_tickets_of_orders(connection, [order_id]))[order_id]
        tickets = _chosen(own, ticket_ids)
        left = await refund_rows.left_to_refund(connection, [order_id])
        returned = await refund_rows.returned_before(connection, [order_id])
        paid = paid_for(order, tickets, returned)
        planned = order_back(tickets, paid, offer, right, left[order_id], at)
        if planned.refusal is not None:
            raise planned.refusal
        withdrawal = Withdrawal(order, tuple(tickets), paid, planned.tickets, right, note)
        refund_ids = await withdraw(connection, offer, [withdrawal], at)
        return Done(refund_ids.get(order_id), [ticket.ticket_id for ticket in tickets])

    async def _read(self, order_id: int, done: Done) -> GivenBack:
        async with self._database.hot_snapshot() as connection:
            order = await order_rows.read_order(connection, order_id)
            if order is None:
                raise OrderNotFound
            backs = await refund_rows.backs_of_tickets(connection, done.ticket_ids)
            amount, status = await refund_rows.amount_and_status(connection, done.refund_id)
        return GivenBack(order, tuple(backs), done.refund_id, amount, status)


def _chosen(tickets: Sequence[Ticket], ticket_ids: Sequence[int] | None) -> list[Ticket]:
    if ticket_ids is None:
        return [ticket for ticket in tickets if ticket.status is TicketStatus.CONFIRMED]
    wanted = set(ticket_ids)
    chosen = [ticket for ticket in tickets if ticket.ticket_id in wanted]
    if len(chosen) < len(wanted):
        raise TicketNotFound
    return chosen


async def _locked(connection: Connection, order_id: int) -> tuple[Offer, Order]:
    """Lock stock and order, in the order in which everybody does."""
    known = await order_rows.read_order(connection, order_id)
    if known is None:
        raise OrderNotFound
    offers = await stock_rows.lock_offers(connection, [known.event_id])
    orders = await order_rows.lock_orders(connection, [order_id])
    return offers[known.event_id], orders[order_id]
