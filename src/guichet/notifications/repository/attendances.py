"""Statements on who goes where, and on what is known of those events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from guichet.kernel.database import Transaction
from guichet.notifications.tables import attendances, event_cards

_CARD = [event_cards.c[name] for name in ("title", "location", "time_zone", "starts_at")]


async def save_attendance(
    transaction: Transaction, order_code: str, values: dict[str, Any]
) -> None:
    """Insert an order, or bring the given columns of a known one up to date."""
    await transaction.execute(
        insert(attendances)
        .values({"order_code": order_code} | values)
        .on_conflict_do_update(index_elements=[attendances.c.order_code], set_=values)
    )


async def add_cancelled(
    transaction: Transaction, order_code: str, values: dict[str, Any], ticket_ids: list[int]
) -> None:
    """Note cancelled tickets, also of an order that is not known yet."""
    await transaction.execute(
        insert(attendances)
        .values({"order_code": order_code, "cancelled_ids": ticket_ids} | values)
        .on_conflict_do_update(
            index_elements=[attendances.c.order_code],
            set_={"cancelled_ids": attendances.c.cancelled_ids.concat(ticket_ids)},
        )
    )


async def attendance(transaction: Transaction, order_code: str) -> Row[Any] | None:
    """Return one order, locked until the end of the transaction."""
    rows = await transaction.execute(
        select(attendances).where(attendances.c.order_code == order_code).with_for_update()
    )
    return rows.first()


async def attendances_of_event(transaction: Transaction, event_id: int) -> list[Row[Any]]:
    """Return every order of an event, locked until the end of the transaction."""
    rows = await transaction.execute(
        select(attendances)
        .where(attendances.c.event_id == event_id)
        .order_by(attendances.c.order_code)
        .with_for_update()
    )
    return list(rows)


async def claim_orders(
    transaction: Transaction, order_codes: Sequence[str], account_id: int
) -> None:
    """Give a guest's orders to an account."""
    await transaction.execute(
        update(attendances)
        .where(attendances.c.order_code.in_(order_codes))
        .values(account_id=account_id)
    )


async def set_reminders(
    transaction: Transaction, moments: Sequence[tuple[str, datetime | None]]
) -> None:
    """Set when the holders of these orders are reminded."""
    if moments:
        await transaction.execute(
            update(attendances)
            .where(attendances.c.order_code == bindparam("code"))
            .values(remind_at=bindparam("moment")),
            [{"code": code, "moment": moment} for code, moment in moments],
        )


async def due_reminders(transaction: Transaction, now: datetime, limit: int) -> list[Row[Any]]:
    """Return orders to be reminded now, with their event, locked; other processes take others."""
    rows = await transaction.execute(
        select(attendances, *_CARD, event_cards.c.is_cancelled)
        .join(event_cards, event_cards.c.event_id == attendances.c.event_id)
        .where(attendances.c.remind_at <= now)
        .order_by(attendances.c.remind_at, attendances.c.order_code)
        .limit(limit)
        .with_for_update(skip_locked=True, of=attendances)
    )
    return list(rows)


async def save_card(transaction: Transaction, event_id: int, values: dict[str, Any]) -> bool:
    """Keep what an event is now; False where a later version is known already."""
    saved = await transaction.execute(
        insert(event_cards)
        .values({"event_id": event_id} | values)
        .on_conflict_do_update(
            index_elements=[event_cards.c.event_id],
            set_=values,
            where=event_cards.c.version < values["version"],
        )
        .returning(event_cards.c.event_id)
    )
    return saved.first() is not None


async def card(transaction: Transaction, event_id: int) -> Row[Any] | None:
    """Return what is known of an event."""
    rows = await transaction.execute(select(event_cards).where(event_cards.c.event_id == event_id))
    return rows.first()


async def purge_past(transaction: Transaction, before: datetime) -> int:
    """Forget who went to events that began before that instant; return how many orders."""
    past = select(event_cards.c.event_id).where(event_cards.c.starts_at < before)
    gone = await transaction.execute(delete(attendances).where(attendances.c.event_id.in_(past)))
    return gone.rowcount
