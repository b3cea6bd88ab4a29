"""The statements about purchase histories."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from guichet.kernel.database import Transaction
from guichet.users.domain import Purchase, PurchasedEvent, PurchasedTicket, standing_use
from guichet.users.tables import purchased_events, purchased_tickets, purchases


async def store_purchase(
    transaction: Transaction,
    *,
    order_code: str,
    order_id: int,
    account_id: int,
    event_id: int,
    total_minor: int,
    currency: str,
    confirmed_at: datetime,
) -> None:
    """Store an order in its buyer's history; one that is there already stays as it is."""
    await transaction.execute(
        insert(purchases)
        .values(
            order_code=order_code,
            order_id=order_id,
            account_id=account_id,
            event_id=event_id,
            total_minor=total_minor,
            currency=currency,
            confirmed_at=confirmed_at,
        )
        .on_conflict_do_nothing()
    )


async def store_ticket_facts(
    transaction: Transaction, order_code: str, tickets: Sequence[Mapping[str, object]]
) -> None:
    """Note what is told of tickets, beside what is known of them already.

    Each has `ticket_id` and the same further columns. A cancellation or use is never taken back,
    and no fact overwrites another, so that the order of arrival does not matter.
    """
    if not tickets:
        return
    statement = insert(purchased_tickets).values(
        [{**ticket, "order_code": order_code} for ticket in tickets]
    )
    told = set(tickets[0]) - {"ticket_id"}
    merged = {
        name: func.greatest(purchased_tickets.c[name], statement.excluded[name])
        if name in {"used_at", "undone_used_at", "cancelled_at", "refund_minor"}
        else statement.excluded[name]
        for name in told
    }
    await transaction.execute(
        statement.on_conflict_do_update(index_elements=[purchased_tickets.c.ticket_id], set_=merged)
    )


async def store_event_of_order(
    transaction: Transaction, event_id: int, facts: Mapping[str, object], at: datetime
) -> None:
    """Note an event as an order of that instant had it, unless better or newer is known."""
    await transaction.execute(
        insert(purchased_events)
        .values(event_id=event_id, known_at=at, **facts)
        .on_conflict_do_update(
            index_elements=[purchased_events.c.event_id],
            set_={**facts, "known_at": at},
            where=and_(purchased_events.c.version == 0, purchased_events.c.known_at < at),
        )
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
