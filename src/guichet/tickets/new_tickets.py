"""The tickets of orders that are served: one for each place."""

from collections.abc import Sequence
from datetime import datetime

from guichet.kernel.together import Writes
from guichet.tickets.codes import new_ticket_secret
from guichet.tickets.domain import Order, Ticket, TicketStatus
from guichet.tickets.repository import orders as order_rows


def places_of(orders: Sequence[Order]) -> int:
    """Return how many places these orders have together: a ticket for each."""
    return sum(line.quantity for order in orders for line in order.lines)


async def create_tickets(
    writes: Writes, orders: Sequence[Order], ids: Sequence[int], at: datetime
) -> list[Ticket]:
    """Store the tickets of these orders, one for each place, and return them.

    They take the first of the fresh `ids`, of which there may be more.
    """
    places = [
        (order, line) for order in orders for line in order.lines for _ in range(line.quantity)
    ]
    if len(places) > len(ids):
        raise ValueError("fewer ids than places")
    created = [
        Ticket(
            ticket_id=ticket_id,
            secret=new_ticket_secret(),
            order_id=order.order_id,
            event_id=order.event_id,
            ticket_type_id=line.ticket_type_id,
            account_id=order.buyer.account_id,
            price_minor=line.unit.price_minor,
            status=TicketStatus.CONFIRMED,
            created_at=at,
            fee_on_top_minor=line.unit.fee_on_top_minor,
        )
        for ticket_id, (order, line) in zip(ids, places, strict=False)
    ]
    await order_rows.insert_tickets(writes, created)
    return created


def tickets_by_order(tickets: Sequence[Ticket]) -> dict[int, list[Ticket]]:
    """Group tickets by their order."""
    grouped: dict[int, list[Ticket]] = {}
    for ticket in tickets:
        grouped.setdefault(ticket.order_id, []).append(ticket)
    return grouped
