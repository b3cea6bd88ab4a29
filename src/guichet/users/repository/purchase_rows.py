"""The statements about purchase histories."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from guichet.kernel.database import Transaction, raw_connection
from guichet.users.domain import Purchase, PurchasedEvent, PurchasedTicket, standing_use
from guichet.users.tables import purchased_events, purchased_tickets, purchases


@dataclass(frozen=True, slots=True)
class NewPurchase:
    """An order as its buyer's history keeps it."""

    order_code: str
    order_id: int
    account_id: int
    event_id: int
    total_minor: int
    currency: str
    confirmed_at: datetime


@dataclass(frozen=True, slots=True)
class TicketFact:
    """What is told of a ticket. None: not told, what is known of it stays."""

    ticket_id: int
    order_code: str
    ticket_number: str | None = None
    ticket_type: str | None = None
    price_minor: int | None = None
    refund_minor: int = 0
    used_at: datetime | None = None
    undone_used_at: datetime | None = None
    cancelled_at: datetime | None = None

    def joined(self, later: "TicketFact") -> "TicketFact":
        """Return what this and a fact told later say together."""
        return TicketFact(
            self.ticket_id,
            self.order_code,
            later.ticket_number or self.ticket_number,
            later.ticket_type or self.ticket_type,
            self.price_minor if later.price_minor is None else later.price_minor,
            max(self.refund_minor, later.refund_minor),
            _later(self.used_at, later.used_at),
            _later(self.undone_used_at, later.undone_used_at),
            _later(self.cancelled_at, later.cancelled_at),
        )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((each for each in (one, other) if each is not None), default=None)


async def store_purchases(transaction: Transaction, new: Sequence[NewPurchase]) -> None:
    """Store orders in their buyers' histories; one that is there already stays as it is."""
    rows = sorted(new, key=lambda each: each.order_code)
    await (await raw_connection(transaction)).execute(
        "INSERT INTO purchases (order_code, order_id, account_id, event_id, total_minor, currency,"
        " confirmed_at) SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[],"
        " $4::bigint[], $5::bigint[], $6::text[], $7::timestamptz[]) ON CONFLICT DO NOTHING",
        *_columns(rows, NewPurchase),
    )


async def store_ticket_facts(transaction: Transaction, told: Sequence[TicketFact]) -> None:
    """Note what is told of tickets, beside what is known of them already.

    A cancellation or use is never taken back, and no fact overwrites another, so that the order
    of arrival does not matter.
    """
    joined: dict[int, TicketFact] = {}
    for fact in told:
        known = joined.get(fact.ticket_id)
        joined[fact.ticket_id] = fact if known is None else known.joined(fact)
    if not joined:
        return
    await (await raw_connection(transaction)).execute(
        "INSERT INTO purchased_tickets AS known (ticket_id, order_code, ticket_number,"
        " ticket_type, price_minor, refund_minor, used_at, undone_used_at, cancelled_at)"
        " SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[],"
        " $6::bigint[], $7::timestamptz[], $8::timestamptz[], $9::timestamptz[])"
        " ON CONFLICT (ticket_id) DO UPDATE SET"
        " ticket_number = coalesce(excluded.ticket_number, known.ticket_number),"
        " ticket_type = coalesce(excluded.ticket_type, known.ticket_type),"
        " price_minor = coalesce(excluded.price_minor, known.price_minor),"
        " refund_minor = greatest(known.refund_minor, excluded.refund_minor),"
        " used_at = greatest(known.used_at, excluded.used_at),"
        " undone_used_at = greatest(known.undone_used_at, excluded.undone_used_at),"
        " cancelled_at = greatest(known.cancelled_at, excluded.cancelled_at)",
        *_columns([joined[ticket_id] for ticket_id in sorted(joined)], TicketFact),
    )


def _columns(rows: Sequence[object], kind: type[Any]) -> list[list[Any]]:
    """Return the values of rows by column, in the order of the fields."""
    return [[getattr(row, name) for row in rows] for name in kind.__dataclass_fields__]


@dataclass(frozen=True, slots=True)
class OrderedEvent:
    """An event as an order of the instant `known_at` had it."""

    event_id: int
    known_at: datetime
    title: str
    starts_at: datetime
    time_zone: str
    location: str


async def store_events_of_orders(transaction: Transaction, told: Sequence[OrderedEvent]) -> None:
    """Note events as orders had them, unless better or newer is known."""
    newest: dict[int, OrderedEvent] = {}
    for event in told:
        known = newest.get(event.event_id)
        if known is None or known.known_at < event.known_at:
            newest[event.event_id] = event
    await (await raw_connection(transaction)).execute(
        "INSERT INTO purchased_events AS known (event_id, known_at, title, starts_at, time_zone,"
        " location) SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::text[],"
        " $4::timestamptz[], $5::text[], $6::text[]) ON CONFLICT (event_id) DO UPDATE SET"
        " known_at = excluded.known_at, title = excluded.title, starts_at = excluded.starts_at,"
        " time_zone = excluded.time_zone, location = excluded.location"
        " WHERE known.version = 0 AND known.known_at < excluded.known_at",
        *_columns([newest[event_id] for event_id in sorted(newest)], OrderedEvent),
    )


async def store_event_version(
    transaction: Transaction, event_id: int, version: int, facts: Mapping[str, object], at: datetime
) -> None:
    """Note an event as its organiser's service told it, unless a later version is known."""
    values = {**facts, "version": version, "known_at": at}
    await transaction.execute(
        insert(purchased_events)
        .values(event_id=event_id, **values)
        .on_conflict_do_update(
            index_elements=[purchased_events.c.event_id],
            set_=values,
            where=purchased_events.c.version < version,
        )
    )


async def list_purchases(
    transaction: Transaction, account_id: int, *, limit: int | None, offset: int
) -> tuple[list[Purchase], int]:
    """Return a page of somebody's purchases, newest first, and how many there are in all."""
    rows = await transaction.execute(
        select(purchases, *(c for c in purchased_events.c if c.name != "event_id"))
        .join(purchased_events, purchased_events.c.event_id == purchases.c.event_id)
        .where(purchases.c.account_id == account_id)
        .order_by(purchases.c.confirmed_at.desc(), purchases.c.order_code)
        .limit(limit)
        .offset(offset)
    )
    found = rows.all()
    tickets = await _tickets_of(transaction, [row.order_code for row in found])
    total = await transaction.scalar(
        select(func.count()).select_from(purchases).where(purchases.c.account_id == account_id)
    )
    return [_to_purchase(row, tickets.get(row.order_code, [])) for row in found], total or 0


async def _tickets_of(
    transaction: Transaction, order_codes: Sequence[str]
) -> dict[str, list[PurchasedTicket]]:
    rows = await transaction.execute(
        select(purchased_tickets)
        .where(purchased_tickets.c.order_code.in_(order_codes))
        .order_by(purchased_tickets.c.ticket_id)
    )
    tickets: dict[str, list[PurchasedTicket]] = {}
    for row in rows:
        tickets.setdefault(row.order_code, []).append(
            PurchasedTicket(
                ticket_id=row.ticket_id,
                ticket_number=row.ticket_number,
                ticket_type=row.ticket_type,
                price_minor=row.price_minor,
                refund_minor=row.refund_minor,
                used_at=standing_use(row.used_at, row.undone_used_at),
                cancelled_at=row.cancelled_at,
            )
        )
    return tickets


def _to_purchase(row: Row[Any], tickets: Sequence[PurchasedTicket]) -> Purchase:
    return Purchase(
        order_code=row.order_code,
        confirmed_at=row.confirmed_at,
        currency=row.currency,
        total_minor=row.total_minor,
        event=PurchasedEvent(
            event_id=row.event_id,
            title=row.title,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            time_zone=row.time_zone,
            location=row.location,
            status=row.status,
        ),
        tickets=tuple(tickets),
    )


async def erase_purchases(transaction: Transaction, account_id: int) -> None:
    """Delete somebody's purchase history; the sales themselves are kept by tickets."""
    own = select(purchases.c.order_code).where(purchases.c.account_id == account_id)
    await transaction.execute(
        delete(purchased_tickets).where(purchased_tickets.c.order_code.in_(own))
    )
    await transaction.execute(delete(purchases).where(purchases.c.account_id == account_id))
