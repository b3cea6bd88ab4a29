"""Statements on the orders that organisers and administrators look through."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, literal, select

from guichet.kernel.database import Transaction
from guichet.kernel.paging import PageAsked, Total
from guichet.tickets.codes import order_id_of
from guichet.tickets.domain import OrderState
from guichet.tickets.repository.listing import Source, ids_of_page, ids_with_text
from guichet.tickets.repository.rows import lines_of
from guichet.tickets.tables import offers, orders, payments


@dataclass(frozen=True, slots=True)
class OrdersWanted:
    """Which orders are wanted; None: any.

    `creator_id` is whose events they are for, `text` an order's code or a part of the buyer's name
    or e-mail. `waits_for_buyer` tells apart the unfinished ones that wait for their buyer.
    """

    creator_id: int | None = None
    event_id: int | None = None
    state: OrderState | None = None
    waits_for_buyer: bool | None = None
    needs_attention: bool | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class ListedOrder:
    """An order in the list; amounts in minor units, `attention_reason` a stable code."""

    order_id: int
    event_id: int
    title: str
    starts_at: datetime
    buyer_name: str
    buyer_email: str
    state: OrderState
    waits_for_buyer: bool
    total_minor: int
    refunded_minor: int
    currency: str
    quantity: int
    created_at: datetime
    needs_attention: bool
    attention_reason: str | None


async def orders_page(
    connection: Transaction, wanted: OrdersWanted, asked: PageAsked
) -> tuple[list[ListedOrder], Total]:
    """Return a page of orders, newest first, and how many there are in all."""
    source = Source(
        orders,
        orders.c.order_id,
        orders.c.event_id,
        _conditions(wanted),
        wanted.creator_id,
        is_rare=wanted.state not in {None, OrderState.ISSUED} or wanted.needs_attention is True,
    )
    # The page's ids come first, by index alone; the joins then touch one page of rows.
    if wanted.text is None:
        ids, total = await ids_of_page(connection, source, asked)
    else:
        order_id = order_id_of(wanted.text)
        named = None if order_id is None else orders.c.order_id == order_id
        ids, total = await ids_with_text(connection, source, asked, wanted.text, named)
    found = await connection.execute(
        select(
            orders,
            offers.c.title,
            offers.c.starts_at,
            func.coalesce(payments.c.refunded_minor, 0).label("refunded_minor"),
            payments.c.next_action.is_not(None).label("waits_for_buyer"),
        )
        .select_from(orders)
        .join(offers, offers.c.event_id == orders.c.event_id)
        .outerjoin(payments, payments.c.order_id == orders.c.order_id)
        .where(orders.c.order_id.in_(ids))
        .order_by(orders.c.order_id.desc())
    )
    return [_listed(row) for row in found.mappings()], total


def _listed(row: Any) -> ListedOrder:
    return ListedOrder(
        order_id=row["order_id"],
        event_id=row["event_id"],
        title=row["title"],
        starts_at=row["starts_at"],
        buyer_name=row["buyer_name"],
        buyer_email=row["buyer_email"],
        state=OrderState(row["state"]),
        waits_for_buyer=row["waits_for_buyer"],
        total_minor=row["total_minor"],
        refunded_minor=row["refunded_minor"],
        currency=row["currency"],
        quantity=sum(line.quantity for line in lines_of(row["lines"])),
        created_at=row["created_at"],
        needs_attention=row["needs_attention"],
        attention_reason=row["attention_reason"],
    )


def _conditions(wanted: OrdersWanted) -> tuple[ColumnElement[bool], ...]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.event_id is not None:
        conditions.append(orders.c.event_id == wanted.event_id)
    if wanted.state is not None:
        conditions.append(orders.c.state == literal(wanted.state.value, literal_execute=True))
    if wanted.waits_for_buyer is not None:
        waits = exists().where(
            payments.c.order_id == orders.c.order_id, payments.c.next_action.is_not(None)
        )
        conditions.append(waits if wanted.waits_for_buyer else ~waits)
    if wanted.needs_attention is not None:
        conditions.append(orders.c.needs_attention.is_(wanted.needs_attention))
    return tuple(conditions)
