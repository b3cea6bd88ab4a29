"""Questions about orders and tickets, with Core."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, literal, or_, select

from guichet.kernel.database import Transaction
from guichet.kernel.paging import PageAsked, Total
from guichet.tickets.codes import order_id_of, ticket_id_of
from guichet.tickets.domain import Order, Payment, Ticket, TicketStatus
from guichet.tickets.refund_tables import refund_tickets
from guichet.tickets.repository.listing import Source, ids_of_page, ids_with_text
from guichet.tickets.repository.rows import order_of, ticket_of
from guichet.tickets.tables import admissions, offers, orders, payments, refunds, stock, tickets
from guichet.tickets.views import EventCard


@dataclass(frozen=True, slots=True)
class TicketRecord:
    """A ticket with all that is shown beside it."""

    ticket: Ticket
    payment: Payment | None
    card: EventCard
    creator_id: int
    refund_status: str | None
    refund_minor: int


_PAYMENT = [
    payments.c[name].label(f"payment_{name}")
    for name in (
        "method",
        "return_url",
        "status",
        "captured_minor",
        "refunded_minor",
        "intent_id",
        "method_label",
        "decline_code",
        "next_action",
        "paid_at",
        "refunded_at",
    )
]


def _tickets() -> Select[Any]:
    given_back = (
        select(func.sum(refund_tickets.c.price_minor + refund_tickets.c.fee_minor))
        .where(refund_tickets.c.ticket_id == tickets.c.ticket_id)
        .where(refund_tickets.c.refund_id == tickets.c.refund_id)
        .scalar_subquery()
    )
    return (
        select(
            tickets,
            *_PAYMENT,
            offers.c.title,
            offers.c.starts_at,
            offers.c.time_zone,
            offers.c.location,
            offers.c.currency,
            offers.c.creator_id,
            stock.c.name.label("type_name"),
            refunds.c.status.label("refund_status"),
            func.coalesce(given_back, 0).label("refund_minor"),
        )
        .select_from(tickets)
        .join(offers, offers.c.event_id == tickets.c.event_id)
        .join(stock, stock.c.ticket_type_id == tickets.c.ticket_type_id)
        .outerjoin(payments, payments.c.order_id == tickets.c.order_id)
        .outerjoin(refunds, refunds.c.refund_id == tickets.c.refund_id)
    )


def _record(row: Any) -> TicketRecord:
    payment = None
    if row["payment_method"] is not None:
        payment = Payment(
            method=row["payment_method"],
            return_url=row["payment_return_url"],
            status=row["payment_status"],
            captured_minor=row["payment_captured_minor"],
            refunded_minor=row["payment_refunded_minor"],
            intent_id=row["payment_intent_id"],
            method_label=row["payment_method_label"],
            paid_at=row["payment_paid_at"],
            refunded_at=row["payment_refunded_at"],
        )
    return TicketRecord(
        ticket=ticket_of(row),
        payment=payment,
        card=EventCard(
            event_id=row["event_id"],
            title=row["title"],
            starts_at=row["starts_at"],
            time_zone=row["time_zone"],
            location=row["location"],
            currency=row["currency"],
            type_names={row["ticket_type_id"]: row["type_name"]},
        ),
        creator_id=row["creator_id"],
        refund_status=row["refund_status"],
        refund_minor=int(row["refund_minor"]),
    )


async def ticket(transaction: Transaction, ticket_id: int) -> TicketRecord | None:
    """Return one ticket, None where there is none."""
    found = await transaction.execute(_tickets().where(tickets.c.ticket_id == ticket_id))
    row = found.mappings().first()
    return None if row is None else _record(row)


async def tickets_of_order(transaction: Transaction, order_id: int) -> list[TicketRecord]:
    """Return an order's tickets, oldest first."""
    found = await transaction.execute(
        _tickets().where(tickets.c.order_id == order_id).order_by(tickets.c.ticket_id)
    )
    return [_record(row) for row in found.mappings()]


async def tickets_of_account(
    transaction: Transaction, account_id: int, asked: PageAsked
) -> tuple[list[TicketRecord], Total]:
    """Return a page of an account's tickets, newest first, and how many there are in all."""
    source = Source(
        tickets, tickets.c.ticket_id, tickets.c.event_id, (tickets.c.account_id == account_id,)
    )
    return await _page(transaction, *await ids_of_page(transaction, source, asked))


async def all_tickets(
    transaction: Transaction,
    asked: PageAsked,
    *,
    creator_id: int | None,
    event_id: int | None,
    status: str | None,
    text: str | None,
) -> tuple[list[TicketRecord], Total]:
    """Return a page of tickets, newest first, and their number; of a creator's events if given.

    `text` is looked for as a ticket number, an order code, or in the buyer's name and e-mail.
    """
    source = tickets_to_list(
        event_id=event_id, status=status, creator_id=creator_id, with_buyers=bool(text)
    )
    if not text:
        return await _page(transaction, *await ids_of_page(transaction, source, asked))
    ids, total = await ids_with_text(transaction, source, asked, text, named_by(text))
    return await _page(transaction, ids, total)


def tickets_to_list(
    *,
    event_id: int | None,
    status: str | None,
    creator_id: int | None = None,
    ticket_type_id: int | None = None,
    with_buyers: bool = False,
) -> Source:
    """Return the tickets wanted (None: any), `with_buyers` where these are searched.

    Those that are used are found by their admissions: their own rows change too often for an
    index of states.
    """
    with_tickets = with_buyers or ticket_type_id is not None
    rows: FromClause = tickets
    key, event = tickets.c.ticket_id, tickets.c.event_id
    conditions: list[ColumnElement[bool]] = []
    if status == TicketStatus.USED:
        key, event = admissions.c.ticket_id, admissions.c.event_id
        conditions.append(admissions.c.undone_at.is_(None))
        same = tickets.c.ticket_id == admissions.c.ticket_id
        rows = admissions.join(tickets, same) if with_tickets else admissions
    elif status == TicketStatus.CANCELLED:
        conditions.append(tickets.c.cancelled_at.is_not(None))
    elif status is not None:
        conditions.append(tickets.c.status == literal(status, literal_execute=True))
    if event_id is not None:
        conditions.append(event == event_id)
    if ticket_type_id is not None:
        conditions.append(tickets.c.ticket_type_id == ticket_type_id)
    if with_buyers:
        rows = rows.join(orders, orders.c.order_id == tickets.c.order_id)
    is_rare = status == TicketStatus.CANCELLED
    return Source(rows, key, event, tuple(conditions), creator_id, is_rare=is_rare)


def named_by(text: str) -> ColumnElement[bool] | None:
    """Return the condition that a text is a ticket's number or its order's code; None: neither."""
    names = {tickets.c.ticket_id: ticket_id_of(text), tickets.c.order_id: order_id_of(text)}
    conditions = [column == named for column, named in names.items() if named is not None]
    return or_(*conditions) if conditions else None


async def _page(
    transaction: Transaction, ids: Sequence[int], total: Total
) -> tuple[list[TicketRecord], Total]:
    found = await transaction.execute(
        _tickets().where(tickets.c.ticket_id.in_(ids)).order_by(tickets.c.ticket_id.desc())
    )
    return [_record(row) for row in found.mappings()], total


async def orders_of_email(transaction: Transaction, email: str, limit: int) -> Sequence[Order]:
    """Return a guest's issued orders under this address, newest first."""
    return await _orders(
        transaction,
        and_(
            func.lower(orders.c.buyer_email) == email.lower(),
            orders.c.account_id.is_(None),
            orders.c.state == "issued",
        ),
        limit,
    )


async def order(transaction: Transaction, order_id: int) -> Order:
    """Return one order, which there is: orders are never deleted."""
    [found] = await _orders(transaction, orders.c.order_id == order_id, None)
    return found


async def orders_of_account(transaction: Transaction, account_id: int) -> Sequence[Order]:
    """Return every order of an account, newest first."""
    return await _orders(transaction, orders.c.account_id == account_id, None)


async def _orders(
    transaction: Transaction, condition: ColumnElement[bool], limit: int | None
) -> Sequence[Order]:
    found = await transaction.execute(
        select(orders, *_PAYMENT)
        .select_from(orders)
        .outerjoin(payments, payments.c.order_id == orders.c.order_id)
        .where(condition)
        .order_by(orders.c.order_id.desc())
        .limit(limit)
    )
    return [order_of(row) for row in found.mappings()]
