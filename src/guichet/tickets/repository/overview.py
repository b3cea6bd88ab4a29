"""Statements on all sales at a glance, and on payments. `creator_id` None: of every organiser."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, literal, or_, select, text

from guichet.kernel.database import Transaction
from guichet.kernel.paging import PageAsked, Total
from guichet.tickets.codes import order_id_of
from guichet.tickets.repository.listing import Source, ids_of_page, ids_with_text
from guichet.tickets.tables import offers, orders, payments


@dataclass(frozen=True, slots=True)
class SoldOnDay:
    """Live tickets bought on one day in one currency, and their price."""

    day: date
    currency: str
    tickets: int
    revenue_minor: int


async def sold_by_day(
    connection: Transaction, since: datetime, time_zone: str, creator_id: int | None
) -> list[SoldOnDay]:
    """Return what was sold since then, by day of that zone and currency, oldest first."""
    found = await connection.execute(
        text(
            "SELECT (t.created_at AT TIME ZONE :time_zone)::date, e.currency, count(*),"
            " sum(t.price_minor)::bigint FROM tickets t JOIN offers e USING (event_id)"
            " WHERE t.created_at >= :since AND t.status <> 'cancelled'"
            " AND (CAST(:creator_id AS bigint) IS NULL OR e.creator_id = :creator_id)"
            " GROUP BY 1, 2 ORDER BY 1, 2"
        ),
        {"since": since, "time_zone": time_zone, "creator_id": creator_id},
    )
    return [SoldOnDay(*row) for row in found]


async def orders_by_state(
    connection: Transaction, since: datetime, creator_id: int | None
) -> dict[str, int]:
    """Return how many orders placed since then are in each state."""
    found = await connection.execute(
        text(
            "SELECT o.state, count(*) FROM orders o JOIN offers e USING (event_id)"
            " WHERE o.created_at >= :since AND (CAST(:creator_id AS bigint) IS NULL"
            " OR e.creator_id = :creator_id) GROUP BY 1"
        ),
        {"since": since, "creator_id": creator_id},
    )
    return {row[0]: row[1] for row in found}


async def refunds_pending(
    connection: Transaction, creator_id: int | None
) -> list[tuple[str, int, int]]:
    """Return currency, number and amount (minor units) of the refunds not carried out yet."""
    found = await connection.execute(
        text(
            "SELECT o.currency, count(*), sum(r.amount_minor)::bigint FROM refunds r"
            " JOIN orders o USING (order_id) JOIN offers e USING (event_id)"
            " WHERE r.status = 'pending' AND (CAST(:creator_id AS bigint) IS NULL"
            " OR e.creator_id = :creator_id) GROUP BY 1 ORDER BY 1"
        ),
        {"creator_id": creator_id},
    )
    return [(row[0], row[1], row[2]) for row in found]


async def attention_needed(connection: Transaction, creator_id: int | None) -> int:
    """Return how many orders wait for somebody to look at them."""
    found = await connection.scalar(
        text(
            "SELECT count(*) FROM orders o JOIN offers e USING (event_id)"
            " WHERE o.needs_attention IS TRUE AND (CAST(:creator_id AS bigint) IS NULL"
            " OR e.creator_id = :creator_id)"
        ),
        {"creator_id": creator_id},
    )
    return found or 0


async def events_ahead(connection: Transaction, at: datetime, creator_id: int | None) -> int:
    """Return how many published events begin after then."""
    found = await connection.scalar(
        text(
            "SELECT count(*) FROM offers e WHERE e.status = 'published'"
            " AND e.starts_at > :at AND (CAST(:creator_id AS bigint) IS NULL"
            " OR e.creator_id = :creator_id)"
        ),
        {"at": at, "creator_id": creator_id},
    )
    return found or 0


async def payments_page(
    connection: Transaction, asked: PageAsked, *, status: str | None, words: str | None
) -> tuple[Sequence[RowMapping], Total]:
    """Return a page of payments, newest first, and how many there are in all.

    `words` is an order's code, a provider's intent, or a part of the buyer's name or e-mail.
    """
    conditions = (
        () if status is None else (payments.c.status == literal(status, literal_execute=True),)
    )
    joined = payments.join(orders, orders.c.order_id == payments.c.order_id)
    if words is None:
        source = Source(payments, payments.c.order_id, orders.c.event_id, conditions)
        ids, total = await ids_of_page(connection, source, asked)
    else:
        source = Source(joined, payments.c.order_id, orders.c.event_id, conditions)
        ids, total = await ids_with_text(connection, source, asked, words, _named_by(words))
    wanted: list[ColumnElement[Any]] = [
        *(payments.c[name] for name in _PAYMENT),
        orders.c.event_id,
        orders.c.buyer_name,
        orders.c.buyer_email,
        orders.c.needs_attention,
        offers.c.title.label("event_title"),
    ]
    found = await connection.execute(
        select(*wanted)
        .select_from(joined.join(offers, offers.c.event_id == orders.c.event_id))
        .where(payments.c.order_id.in_(ids))
        .order_by(payments.c.order_id.desc())
    )
    return found.mappings().all(), total


def _named_by(words: str) -> ColumnElement[bool]:
    order_id, intent = order_id_of(words), payments.c.intent_id == words
    return intent if order_id is None else or_(intent, payments.c.order_id == order_id)


_PAYMENT = (
    "order_id",
    "amount_minor",
    "captured_minor",
    "refunded_minor",
    "currency",
    "status",
    "method_label",
    "intent_id",
    "decline_code",
    "created_at",
    "paid_at",
    "refunded_at",
)
