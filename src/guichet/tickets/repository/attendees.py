"""Statements on who comes to an event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from guichet.kernel.database import Transaction
from guichet.kernel.paging import PageAsked, Total
from guichet.kernel.searching import has_text
from guichet.tickets.repository.listing import SEARCHED_BUYER, Source, ids_of_page, ids_with_text
from guichet.tickets.repository.reading import named_by, tickets_to_list
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
) -> tuple[list[Attendee], Total]:
    """Return a page of attendees, newest first, and how many there are in all."""
    source = _source(wanted, with_buyers=bool(wanted.text))
    if wanted.text:
        named = named_by(wanted.text)
        ids, total = await ids_with_text(connection, source, asked, wanted.text, named)
    else:
        ids, total = await ids_of_page(connection, source, asked)
    found = await connection.execute(
        _attendees().where(tickets.c.ticket_id.in_(ids)).order_by(tickets.c.ticket_id.desc())
    )
    return [Attendee(*row) for row in found], total


async def following(
    connection: Transaction, wanted: AttendeesWanted, after: int, limit: int
) -> Sequence[Attendee]:
    """Return the attendees whose ticket ids come next after this one, oldest first."""
    source = _source(wanted, with_buyers=True)
    conditions = [*source.conditions, source.key > after]
    if wanted.text:
        has_it, named = has_text(SEARCHED_BUYER, wanted.text), named_by(wanted.text)
        conditions.append(has_it if named is None else or_(has_it, named))
    ids = (
        select(source.key).select_from(source.rows).where(*conditions).order_by(source.key)
    ).limit(limit)
    found = await connection.execute(
        _attendees().where(tickets.c.ticket_id.in_(ids)).order_by(tickets.c.ticket_id)
    )
    return [Attendee(*row) for row in found]


def _source(wanted: AttendeesWanted, *, with_buyers: bool) -> Source:
    return tickets_to_list(
        event_id=wanted.event_id,
        status=wanted.status,
        ticket_type_id=wanted.ticket_type_id,
        with_buyers=with_buyers,
    )


def _attendees() -> Select[Any]:
    return (
        select(*_ATTENDEE)
        .select_from(tickets)
        .join(orders, orders.c.order_id == tickets.c.order_id)
        .join(stock, stock.c.ticket_type_id == tickets.c.ticket_type_id)
    )
