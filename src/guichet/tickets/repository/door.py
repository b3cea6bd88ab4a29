"""Statements of the door: a ticket by what its holder says, an admission taken back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, and_, func, or_, select

from guichet.kernel.database import Transaction
from guichet.tickets.repository.stock import Connection
from guichet.tickets.tables import orders, stock, tickets

_ACCENTED = "àâäáãåçéèêëíìîïñóòôöõúùûüýÿœ"
_PLAIN = "aaaaaaceeeeiiiinooooouuuuyyo"


async def tickets_at_the_door(
    connection: Transaction,
    event_id: int,
    *,
    words: Sequence[str],
    ticket_id: int | None,
    order_id: int | None,
    limit: int,
) -> Sequence[RowMapping]:
    """Return an event's tickets by number, order or the words of their buyer's name, by name."""
    wanted: list[ColumnElement[bool]] = []
    if words:
        wanted.append(and_(*(_name().contains(plain(word), autoescape=True) for word in words)))
    if ticket_id is not None:
        wanted.append(tickets.c.ticket_id == ticket_id)
    if order_id is not None:
        wanted.append(tickets.c.order_id == order_id)
    found = await connection.execute(
        select(
            tickets.c.ticket_id,
            tickets.c.order_id,
            orders.c.buyer_name,
            stock.c.name.label("ticket_type"),
            tickets.c.status,
            tickets.c.used_at,
            tickets.c.used_where,
        )
        .select_from(tickets)
        .join(orders, orders.c.order_id == tickets.c.order_id)
        .join(stock, stock.c.ticket_type_id == tickets.c.ticket_type_id)
        .where(tickets.c.event_id == event_id, or_(*wanted))
        .order_by(_name(), tickets.c.ticket_id)
        .limit(limit)
    )
    return found.mappings().all()


def plain(text: str) -> str:
    """Return a text in small letters without accents, as names are compared."""
    return text.lower().translate(str.maketrans(_ACCENTED, _PLAIN))


def _name() -> ColumnElement[str]:
    # The database may know the capitals of plain letters alone.
    accented = _ACCENTED + _ACCENTED.upper()
    return func.lower(func.translate(orders.c.buyer_name, accented, 2 * _PLAIN))


async def undo_admission(
    connection: Connection, ticket_id: int, undone_by: int, reason: str, at: datetime
) -> None:
    """Make a locked, used ticket admit again; its admission stays on record as undone."""
    await connection.execute(
        "UPDATE tickets SET status = 'confirmed', used_at = NULL, used_by = NULL,"
        " used_where = NULL WHERE ticket_id = $1",
        ticket_id,
    )
    await connection.execute(
        "UPDATE admissions SET undone_at = $2, undone_by = $3, undo_reason = $4"
        " WHERE ticket_id = $1 AND undone_at IS NULL",
        ticket_id,
        at,
        undone_by,
        reason,
    )
