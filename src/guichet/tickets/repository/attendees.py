"""Statements on who comes to an event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from guichet.kernel.database import Transaction
from guichet.kernel.paging import PageAsked
from guichet.tickets.codes import order_id_of, ticket_id_of
from guichet.tickets.tables import orders, stock, tickets


@dataclass(frozen=True, slots=True)
class AttendeesWanted:
    """Which tickets of an event are wanted; None: any."""

    event_id: int
    text: str | None = None
    status: str | None = None
    ticket_type_id: int | None = None


@dataclass(frozen=True, slots=True)
class Attendee:
    """A ticket, and who bought it. `price_minor` is its price without a fee on top."""

    ticket_id: int
    order_id: int
    buyer_name: str
    buyer_email: str
    ticket_type_id: int
    ticket_type: str
    price_minor: int
    currency: str
    status: str
    created_at: datetime
    used_at: datetime | None
    used_where: str | None
    cancelled_at: datetime | None


_ATTENDEE: list[ColumnElement[Any]] = [
    tickets.c.ticket_id,
    tickets.c.order_id,
    orders.c.buyer_name,
    orders.c.buyer_email,
    tickets.c.ticket_type_id,
    stock.c.name,
    tickets.c.price_minor,
    orders.c.currency,
    tickets.c.status,
    tickets.c.created_at,
    tickets.c.used_at,
    tickets.c.used_where,
    tickets.c.cancelled_at,
]


async def page(
    connection: Transaction, wanted: AttendeesWanted, asked: PageAsked
) -> tuple[list[Attendee], int]:
    """Return a page of attendees, newest first, and how many there are in all."""
    counted = select(func.count()).select_from(tickets)
    if wanted.text:
        counted = counted.join(orders, orders.c.order_id == tickets.c.order_id)
    total = await connection.scalar(counted.where(_condition(wanted)))
    found = await connection.execute(
        _attendees(wanted)
        .order_by(tickets.c.ticket_id.desc())
        .limit(asked.per_page)
        .offset(asked.offset)
    )
    return [Attendee(*row) for row in found], total or 0


async def following(
    connection: Transaction, wanted: AttendeesWanted, after: int, limit: int
) -> Sequence[Attendee]:
    """Return the attendees whose ticket ids come next after this one, oldest first."""
    found = await connection.execute(
        _attendees(wanted)
        .where(tickets.c.ticket_id > after)
        .order_by(tickets.c.ticket_id)
        .limit(limit)
    )
    return [Attendee(*row) for row in found]


def _attendees(wanted: AttendeesWanted) -> Select[Any]:
    return (
        select(*_ATTENDEE)
        .select_from(tickets)
        .join(orders, orders.c.order_id == tickets.c.order_id)
        .join(stock, stock.c.ticket_type_id == tickets.c.ticket_type_id)
        .where(_condition(wanted))
    )


def _condition(wanted: AttendeesWanted) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [tickets.c.event_id == wanted.event_id]
    if wanted.status is not None:
        conditions.append(tickets.c.status == wanted.status)
    if wanted.ticket_type_id is not None:
        conditions.append(tickets.c.ticket_type_id == wanted.ticket_type_id)
    if wanted.text:
        # A text that is no number or code compares with null, which matches nothing.
        conditions.append(
            or_(
                tickets.c.ticket_id == ticket_id_of(wanted.text),
                tickets.c.order_id == order_id_of(wanted.text),
                orders.c.buyer_name.icontains(wanted.text, autoescape=True),
                orders.c.buyer_email.icontains(wanted.text, autoescape=True),
            )
        )
    return and_(*conditions)
