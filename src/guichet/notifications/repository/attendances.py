"""Statements on who goes where, and on what is known of those events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Row, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from guichet.kernel.database import Transaction, raw_connection
from guichet.notifications.repository.columns import columns_of
from guichet.notifications.tables import attendances, event_cards

_CARD = [event_cards.c[name] for name in ("title", "location", "time_zone", "starts_at")]


@dataclass(frozen=True, slots=True)
class Attendance:
    """An order as it was confirmed; `remind_at` counts where its event is not cancelled."""

    order_code: str
    event_id: int
    account_id: int | None
    email: str
    name: str
    language: str
    currency: str
    tickets: list[dict[str, Any]]
    access_token: str
    remind_at: datetime | None


async def save_attendances(transaction: Transaction, confirmed: Sequence[Attendance]) -> None:
    """Insert orders, or bring known ones up to date; of one told twice the later word counts.

    The events' cards have to be locked. Nobody is reminded of an order without a live ticket, or
    of a cancelled event.
    """
    latest = {each.order_code: each for each in confirmed}
    connection = await raw_connection(transaction)
    await connection.execute(
        "INSERT INTO attendances AS known (order_code, event_id, account_id, email, name, language,"
        " currency, tickets, access_token, remind_at)"
        " SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[],"
        " $6::text[], $7::text[], $8::jsonb[], $9::text[], $10::timestamptz[])"
        " ON CONFLICT (order_code) DO UPDATE SET event_id = excluded.event_id,"
        " account_id = excluded.account_id, email = excluded.email, name = excluded.name,"
        " language = excluded.language, currency = excluded.currency, tickets = excluded.tickets,"
        " access_token = excluded.access_token, remind_at = CASE WHEN EXISTS (SELECT"
        " FROM event_cards c, jsonb_array_elements(excluded.tickets) AS ticket"
        " WHERE c.event_id = excluded.event_id AND NOT c.is_cancelled"
        " AND (ticket ->> 'ticket_id')::bigint <> ALL (known.cancelled_ids))"
        " THEN excluded.remind_at ELSE known.remind_at END",
        *columns_of([latest[code] for code in sorted(latest)], Attendance, json={"tickets"}),
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


@dataclass(frozen=True, slots=True)
class SoldCard:
    """What an order says of its event."""

    event_id: int
    title: str
    location: str
    time_zone: str
    starts_at: datetime


async def locked_cards(transaction: Transaction, sold: Sequence[SoldCard]) -> dict[int, Row[Any]]:
    """Return what is known of these events, first noting as they were sold those that are new.

    Until the end of the transaction nothing else becomes known of them.
    """
    new = {each.event_id: each for each in reversed(sold)}
    connection = await raw_connection(transaction)
    await connection.execute(
        "INSERT INTO event_cards (version, event_id, title, location, time_zone, starts_at)"
        " SELECT 0, n.* FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[],"
        " $5::timestamptz[]) AS n ON CONFLICT DO NOTHING",
        *columns_of([new[event_id] for event_id in sorted(new)], SoldCard),
    )
    rows = await transaction.execute(
        select(event_cards)
        .where(event_cards.c.event_id == func.any(bindparam("ids", type_=ARRAY(BigInteger))))
        .order_by(event_cards.c.event_id)
        .with_for_update(read=True),
        {"ids": list(new)},
    )
    return {row.event_id: row for row in rows}


async def card(transaction: Transaction, event_id: int) -> Row[Any] | None:
    """Return what is known of an event."""
    rows = await transaction.execute(select(event_cards).where(event_cards.c.event_id == event_id))
    return rows.first()


async def purge_past(transaction: Transaction, before: datetime) -> int:
    """Forget who went to events that began before that instant; return how many orders."""
    past = select(event_cards.c.event_id).where(event_cards.c.starts_at < before)
    gone = await transaction.execute(delete(attendances).where(attendances.c.event_id.in_(past)))
    return gone.rowcount
