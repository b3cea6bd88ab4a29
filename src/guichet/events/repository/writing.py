"""Storing events and what belongs to them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Table,
    Text,
    bindparam,
    cast,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from guichet.events.domain.records import Event, Speaker, Sponsor, TicketType
from guichet.events.domain.states import Status
from guichet.events.repository.reading import ASKING_SECONDS_MAX
from guichet.events.repository.terms import term_values
from guichet.events.tables import events, speakers, sponsors, stock_levels, ticket_types
from guichet.kernel.database import Transaction, raw_connection

_STORED = (
    "title",
    "description",
    "starts_at",
    "ends_at",
    "over_at",
    "time_zone",
    "location",
    "venue",
    "city",
    "city_key",
    "category",
    "currency",
    "price_minor",
    "sale_opens_at",
    "sale_closes_at",
    "per_order_max",
    "per_account_max",
    "image_url",
    "cancel_reason",
    "published_at",
    "updated_at",
)
"""The attributes of `Event` that an edit stores under the same name."""


async def add_event(transaction: Transaction, event: Event) -> int:
    """Store a new event with version 1, without its parts; return its id."""
    result = await transaction.execute(
        insert(events)
        .values(
            **_values(event),
            version=1,
            version_drawn=1,
            creator_id=event.creator_id,
            created_at=event.created_at,
        )
        .returning(events.c.id)
    )
    return result.scalar_one()


async def save_event(transaction: Transaction, event: Event, version: int) -> None:
    """Store an edited event under its new version, and end its asking."""
    await transaction.execute(
        update(events)
        .where(events.c.id == event.event_id)
        .values(**_values(event), version=version, version_drawn=version, asking_since=None)
    )


def _values(event: Event) -> dict[str, Any]:
    values = {name: getattr(event, name) for name in _STORED}
    values |= term_values(event)
    values["status"] = event.status.value
    values["words"] = func.array_to_tsvector(cast(event.words, ARRAY(Text)))
    return values


async def touch_event(transaction: Transaction, event_id: int, moment: datetime) -> None:
    """Note that something of a locked event changed that tickets need not know.

    It draws a version nevertheless: an edit of what was read before could undo it.
    """
    version = events.c.version_drawn + 1
    await transaction.execute(
        update(events)
        .where(events.c.id == event_id)
        .values(version=version, version_drawn=version, updated_at=moment)
    )


async def delete_event(transaction: Transaction, event_id: int) -> None:
    """Delete an event and all that belongs to it."""
    types = select(ticket_types.c.id).where(ticket_types.c.event_id == event_id)
    await transaction.execute(delete(stock_levels).where(stock_levels.c.ticket_type_id.in_(types)))
    await transaction.execute(delete(events).where(events.c.id == event_id))


async def delete_unpublished_of(transaction: Transaction, creator_id: int) -> list[int]:
    """Delete an account's drafts that were never published; return their ids."""
    result = await transaction.execute(
        delete(events)
        .where(
            events.c.creator_id == creator_id,
            events.c.status == Status.DRAFT,
            events.c.published_at.is_(None),
        )
        .returning(events.c.id)
    )
    return list(result.scalars())


async def begin_asking(transaction: Transaction, event_id: int) -> int:
    """Draw the version of an edit that tickets is asked about, and keep other edits out."""
    result = await transaction.execute(
        update(events)
        .where(events.c.id == event_id)
        .values(version_drawn=events.c.version_drawn + 1, asking_since=func.now())
        .returning(events.c.version_drawn)
    )
    return result.scalar_one()


async def end_asking(transaction: Transaction, event_id: int, version: int) -> None:
    """Let other edits in again after one that came to nothing."""
    await transaction.execute(
        update(events)
        .where(events.c.id == event_id, events.c.version_drawn == version)
        .values(asking_since=None)
    )


async def forgotten_askings(transaction: Transaction, limit: int) -> list[int]:
    """Return events whose edit began to ask tickets and never came back, locked."""
    rows = await transaction.execute(
        select(events.c.id)
        .where(events.c.asking_since < _asking_limit())
        .order_by(events.c.asking_since)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(rows.scalars())


async def ended_events(transaction: Transaction, moment: datetime, limit: int) -> list[int]:
    """Return published events that have ended and that nobody is editing, locked."""
    rows = await transaction.execute(
        select(events.c.id)
        .where(
            events.c.status == Status.PUBLISHED,
            events.c.over_at <= moment,
            or_(events.c.asking_since.is_(None), events.c.asking_since < _asking_limit()),
        )
        .order_by(events.c.over_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(rows.scalars())


def _asking_limit() -> ColumnElement[datetime]:
    return func.now() - func.make_interval(0, 0, 0, 0, 0, 0, ASKING_SECONDS_MAX)


async def draw_ticket_type_ids(transaction: Transaction, number: int) -> list[int]:
    """Return ids for new ticket types, so that tickets can be told of them before they exist."""
    sequence = func.pg_get_serial_sequence("ticket_types", "id")
    series = func.generate_series(1, number).table_valued("value")
    rows = await transaction.execute(select(func.nextval(sequence)).select_from(series))
    return sorted(rows.scalars())


async def save_ticket_types(
    transaction: Transaction, event_id: int, types: Sequence[TicketType]
) -> None:
    """Make these the event's ticket types, in this order; every one has its id."""
    kept = [kind.ticket_type_id for kind in types]
    await transaction.execute(
        delete(ticket_types).where(
            ticket_types.c.event_id == event_id, ticket_types.c.id.not_in(kept)
        )
    )
    if not types:
        return
    statement = upsert(ticket_types).values(
        [
            {
                "id": kind.ticket_type_id,
                "event_id": event_id,
                "position": position,
                "name": kind.name,
                "price_minor": kind.price_minor,
                "capacity": kind.capacity,
                "sale_opens_at": kind.sale_opens_at,
                "sale_closes_at": kind.sale_closes_at,
                "per_order_max": kind.per_order_max,
                "per_account_max": kind.per_account_max,
                "is_hidden": kind.is_hidden,
                "vat_basis_points": kind.vat_basis_points,
            }
            for position, kind in enumerate(types)
        ]
    )
    await transaction.execute(
        statement.on_conflict_do_update(
            index_elements=[ticket_types.c.id],
            set_={
                column.name: statement.excluded[column.name]
                for column in ticket_types.c
                if column.name not in {"id", "event_id"}
            },
            where=ticket_types.c.event_id == event_id,
        )
    )


async def save_speakers(transaction: Transaction, event_id: int, wanted: Sequence[Speaker]) -> None:
    """Make these the event's speakers; those with a known id keep it."""
    rows = [{"id": item.speaker_id, **_without(asdict(item), "speaker_id")} for item in wanted]
    await _replace(transaction, speakers, event_id, rows)


async def save_sponsors(transaction: Transaction, event_id: int, wanted: Sequence[Sponsor]) -> None:
    """Make these the event's sponsors; those with a known id keep it."""
    rows = [{"id": item.sponsor_id, **_without(asdict(item), "sponsor_id")} for item in wanted]
    await _replace(transaction, sponsors, event_id, rows)


def _without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


async def _replace(
    transaction: Transaction, table: Table, event_id: int, rows: Sequence[dict[str, Any]]
) -> None:
    known = set(
        (
            await transaction.execute(select(table.c.id).where(table.c.event_id == event_id))
        ).scalars()
    )
    kept = [row for row in rows if row["id"] in known]
    added = [_without(row, "id") for row in rows if row["id"] not in known]
    await transaction.execute(
        delete(table).where(
            table.c.event_id == event_id, table.c.id.not_in([row["id"] for row in kept])
        )
    )
    if kept:
        changed = update(table).where(table.c.id == bindparam("row_id"))
        await transaction.execute(
            changed, [{"row_id": row["id"], **_without(row, "id")} for row in kept]
        )
    if added:
        await transaction.execute(insert(table), [{"event_id": event_id, **row} for row in added])


async def add_speaker(transaction: Transaction, event_id: int, speaker: Speaker) -> int:
    """Add a speaker; return the new id."""
    values = _without(asdict(speaker), "speaker_id")
    return await _add_row(transaction, speakers, {"event_id": event_id, **values})


async def add_sponsor(transaction: Transaction, event_id: int, sponsor: Sponsor) -> int:
    """Add a sponsor; return the new id."""
    values = _without(asdict(sponsor), "sponsor_id")
    return await _add_row(transaction, sponsors, {"event_id": event_id, **values})


async def _add_row(transaction: Transaction, table: Table, values: dict[str, Any]) -> int:
    result = await transaction.execute(insert(table).values(**values).returning(table.c.id))
    return result.scalar_one()


@dataclass(frozen=True, slots=True)
class ToldLevel:
    """What tickets told of a ticket type; the higher `version` is the later state."""

    ticket_type_id: int
    event_id: int
    version: int
    sold: int
    held: int


async def apply_stock_levels(transaction: Transaction, told: Sequence[ToldLevel]) -> None:
    """Note what is sold and held of ticket types; an older version changes nothing."""
    newest: dict[int, ToldLevel] = {}
    for level in told:
        known = newest.get(level.ticket_type_id)
        if known is None or known.version < level.version:
            newest[level.ticket_type_id] = level
    if not newest:
        return
    rows = [newest[ticket_type_id] for ticket_type_id in sorted(newest)]
    await (await raw_connection(transaction)).execute(
        "INSERT INTO stock_levels AS known (ticket_type_id, event_id, version, sold, held)"
        " SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[], $5::int[])"
        " ON CONFLICT (ticket_type_id) DO UPDATE SET version = excluded.version,"
        " sold = excluded.sold, held = excluded.held WHERE known.version < excluded.version",
        *([getattr(row, field.name) for row in rows] for field in fields(ToldLevel)),
    )
