"""Statements on how an event stands: places, sales, admissions."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, RowMapping, cast, func, select

from guichet.kernel.database import Transaction
from guichet.tickets.tables import offers, stock, tickets

_EVENT = ("event_id", "title", "status", "creator_id", "currency", "starts_at", "time_zone")


async def event_row(connection: Transaction, event_id: int) -> RowMapping | None:
    """Return what names an event, and whose it is; None where it is not known."""
    wanted = select(*(offers.c[name] for name in _EVENT)).where(offers.c.event_id == event_id)
    return (await connection.execute(wanted)).mappings().first()


async def status_of(connection: Transaction, event_id: int) -> str:
    """Return the status of an event that is known: none is ever deleted."""
    wanted = select(offers.c.status).where(offers.c.event_id == event_id)
    found: str = (await connection.execute(wanted)).scalar_one()
    return found


async def type_rows(connection: Transaction, event_id: int) -> Sequence[Any]:
    """Return each ticket type of an event: places promised, live tickets, admitted, revenue."""
    is_live = tickets.c.status != "cancelled"
    counted = (
        select(
            tickets.c.ticket_type_id,
            func.count().filter(tickets.c.status == "used").label("admitted"),
            cast(
                func.coalesce(func.sum(tickets.c.price_minor).filter(is_live), 0), BigInteger
            ).label("revenue"),
            func.max(tickets.c.used_at).filter(tickets.c.status == "used").label("last"),
        )
        .where(tickets.c.event_id == event_id)
        .group_by(tickets.c.ticket_type_id)
        .subquery()
    )
    found = await connection.execute(
        select(
            stock.c.ticket_type_id,
            stock.c.name,
            stock.c.capacity,
            stock.c.sold,
            stock.c.held,
            func.coalesce(counted.c.admitted, 0).label("admitted"),
            func.coalesce(counted.c.revenue, 0).label("revenue_minor"),
            counted.c.last.label("last_admitted_at"),
        )
        .select_from(stock)
        .outerjoin(counted, counted.c.ticket_type_id == stock.c.ticket_type_id)
        .where(stock.c.event_id == event_id)
        .order_by(stock.c.ticket_type_id)
    )
    return found.all()
