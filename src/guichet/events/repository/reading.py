"""Reading one event, or those of a page, with all that belongs to it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    Row,
    ScalarSelect,
    Table,
    Text,
    cast,
    false,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, TSQUERY, aggregate_order_by
from sqlalchemy.sql import ColumnElement, Select

from guichet.events.domain.records import (
    Event,
    EventFilter,
    Speaker,
    Sponsor,
    TicketType,
)
from guichet.events.domain.states import Status
from guichet.events.repository.terms import TERM_COLUMNS, fee_of, refund_rules_of
from guichet.events.tables import (
    categories,
    events,
    speakers,
    sponsors,
    stock_levels,
    ticket_types,
)
from guichet.kernel.database import Transaction

ASKING_SECONDS_MAX = 30
"""How long an edit may take to ask tickets before others go on without it."""

_PLAIN = (
    "version",
    "title",
    "description",
    "creator_id",
    "starts_at",
    "ends_at",
    "time_zone",
    "location",
    "venue",
    "city",
    "category",
    "currency",
    "sale_opens_at",
    "sale_closes_at",
    "per_order_max",
    "per_account_max",
    "image_url",
    "image_hash",
    "cancel_reason",
    "published_at",
    "created_at",
    "updated_at",
)
"""The columns that `Event` has under the same name."""


@dataclass(frozen=True, slots=True)
class Locked:
    """An event whose row is locked, and the last version drawn for it.

    `is_asking`: another edit is asking tickets. `is_forgotten`: one did, and never came back.
    """

    event: Event
    version_drawn: int
    is_asking: bool
    is_forgotten: bool


async def event(connection: Transaction, event_id: int) -> Event | None:
    """Return an event, None where there is none."""
    row = (await connection.execute(_whole().where(events.c.id == event_id))).first()
    if row is None:
        return None
    types = await _ticket_types_of(connection, [event_id])
    return _event(row, types[event_id])


async def lock(transaction: Transaction, event_id: int) -> Locked | None:
    """Lock an event against other edits until the transaction ends, and return it as it now is.

    The lock comes first, in a statement of its own: what is read after it is newer than every
    edit that it waited for.
    """
    limit = func.now() - func.make_interval(0, 0, 0, 0, 0, 0, ASKING_SECONDS_MAX)
    is_asking = func.coalesce(events.c.asking_since > limit, false())
    is_forgotten = func.coalesce(events.c.asking_since <= limit, false())
    row = (
        await transaction.execute(
            select(events.c.version_drawn, is_asking, is_forgotten)
            .where(events.c.id == event_id)
            .with_for_update()
        )
    ).first()
    found = await event(transaction, event_id) if row is not None else None
    return Locked(found, *row) if found and row else None


async def page(
    connection: Transaction, wanted: EventFilter, *, limit: int, offset: int
) -> list[Event]:
    """Return one page of the events wanted, in two statements."""
    order = _order(wanted.sort)
    ids = (
        select(events.c.id)
        .where(*_conditions(wanted))
        .order_by(*order)
        .limit(limit)
        .offset(offset)
        .subquery()
    )
    rows = (
        await connection.execute(_whole().join(ids, ids.c.id == events.c.id).order_by(*order))
    ).all()
    types = await _ticket_types_of(connection, [row.id for row in rows])
    return [_event(row, types[row.id]) for row in rows]


async def count(connection: Transaction, wanted: EventFilter) -> int:
    """Return how many events are wanted in all.

    Own drafts are counted apart: the condition on both together would fit no index.
    """
    parts = [wanted]
    if wanted.own_drafts_of is not None:
        drafts = replace(
            wanted,
            statuses=frozenset({Status.DRAFT}),
            own_drafts_of=None,
            creator_id=wanted.own_drafts_of,
        )
        parts = [replace(wanted, own_drafts_of=None), drafts]
    counts = [
        select(func.count()).select_from(events).where(*_conditions(part)).scalar_subquery()
        for part in parts
    ]
    return (await connection.execute(select(sum(counts[1:], start=counts[0])))).scalar_one()


async def has_category(connection: Transaction, key: str) -> bool:
    """Return whether there is such a category."""
    statement = select(categories.c.key).where(categories.c.key == key)
    return (await connection.execute(statement)).first() is not None


async def all_categories(connection: Transaction) -> list[dict[str, Any]]:
    """Return key, name_fr and name_en of every category, in their order."""
    rows = await connection.execute(
        select(categories.c.key, categories.c.name_fr, categories.c.name_en).order_by(
            categories.c.position
        )
    )
    return [dict(row) for row in rows.mappings()]


async def demo_is_there(connection: Transaction, title: str, creator_id: int) -> bool:
    """Return whether the creator has a coming event of that title, published or a draft."""
    statement = select(events.c.id).where(
        events.c.creator_id == creator_id,
        events.c.status.in_([Status.DRAFT, Status.PUBLISHED]),
        events.c.title == title,
        events.c.starts_at > func.now(),
    )
    return (await connection.execute(statement)).first() is not None


async def events_of(connection: Transaction, creator_id: int) -> list[dict[str, object]]:
    """Return id, title, status, start and creation of every event of an account."""
    rows = await connection.execute(
        select(
            events.c.id,
            events.c.title,
            events.c.status,
            events.c.starts_at,
            events.c.created_at,
        )
        .where(events.c.creator_id == creator_id)
        .order_by(events.c.id)
    )
    return [dict(row) for row in rows.mappings()]


def _whole() -> Select[Any]:
    return select(
        events.c.id,
        events.c.status,
        *(events.c[name] for name in (*_PLAIN, *TERM_COLUMNS)),
        _gathered(speakers, "speaker_id").label("speakers"),
        _gathered(sponsors, "sponsor_id").label("sponsors"),
    )


def _gathered(table: Table, id_name: str) -> ScalarSelect[Any]:
    """Return a subquery: an event's rows of that table as one JSON array, oldest first."""
    members: list[Any] = [_quoted(id_name), table.c.id]
    for column in table.c:
        if column.name not in {"id", "event_id"}:
            members += [_quoted(column.name), column]
    objects = func.jsonb_agg(aggregate_order_by(func.jsonb_build_object(*members), table.c.id))
    empty = cast(literal("[]"), JSONB)
    return (
        select(func.coalesce(objects, empty, type_=JSONB))
        .where(table.c.event_id == events.c.id)
        .correlate(events)
        .scalar_subquery()
    )


def _quoted(name: str) -> ColumnElement[str]:
    """Return a name of this module's own as an SQL text; as a parameter it would lack a type."""
    return literal_column(f"'{name}'", Text)


async def _ticket_types_of(
    connection: Transaction, event_ids: Sequence[int]
) -> defaultdict[int, list[TicketType]]:
    """Return the ticket types of some events, with the stock last told, in one statement."""
    found: defaultdict[int, list[TicketType]] = defaultdict(list)
    if not event_ids:
        return found
    rows = await connection.execute(
        select(
            ticket_types,
            func.coalesce(stock_levels.c.sold, 0).label("sold"),
            func.coalesce(stock_levels.c.held, 0).label("held"),
        )
        .outerjoin(stock_levels, stock_levels.c.ticket_type_id == ticket_types.c.id)
        .where(ticket_types.c.event_id.in_(event_ids))
        .order_by(ticket_types.c.event_id, ticket_types.c.position, ticket_types.c.id)
    )
    for row in rows.mappings():
        values = dict(row)
        values["ticket_type_id"] = values.pop("id")
        values.pop("position")
        found[values.pop("event_id")].append(TicketType(**values))
    return found


def _event(row: Row[Any], types: Sequence[TicketType]) -> Event:
    return Event(
        event_id=row.id,
        status=Status(row.status),
        fee=fee_of(row),
        refund_rules=refund_rules_of(row),
        ticket_types=tuple(types),
        speakers=tuple(Speaker(**item) for item in row.speakers),
        sponsors=tuple(Sponsor(**item) for item in row.sponsors),
        **{name: getattr(row, name) for name in _PLAIN},
    )


def _order(sort: str) -> list[ColumnElement[Any]]:
    columns: dict[str, list[ColumnElement[Any]]] = {
        "date": [events.c.starts_at, events.c.id],
        "price": [events.c.price_minor, events.c.starts_at, events.c.id],
        "title": [events.c.title, events.c.id],
        "created": [events.c.created_at, events.c.id],
    }
    chosen = columns[sort.removeprefix("-")]
    return [column.desc() for column in chosen] if sort.startswith("-") else chosen


def _conditions(wanted: EventFilter) -> list[ColumnElement[bool]]:
    conditions = [_shown(wanted)]
    if wanted.creator_id is not None:
        conditions.append(events.c.creator_id == wanted.creator_id)
    if wanted.words:
        # Each word is quoted and holds letters and digits alone, so the query cannot be bent.
        query = " & ".join(f"'{word}':*" for word in wanted.words)
        conditions.append(events.c.words.op("@@")(cast(literal(query), TSQUERY)))
    if wanted.category is not None:
        conditions.append(events.c.category == wanted.category)
    if wanted.city_key is not None:
        conditions.append(events.c.city_key == wanted.city_key)
    if wanted.starts_from is not None:
        conditions.append(events.c.starts_at >= wanted.starts_from)
    if wanted.starts_until is not None:
        conditions.append(events.c.starts_at < wanted.starts_until)
    if wanted.price_minor_max is not None:
        conditions.append(events.c.price_minor <= wanted.price_minor_max)
    return conditions


def _shown(wanted: EventFilter) -> ColumnElement[bool]:
    """Return the condition on state and owner.

    The state of the commonest list is written out, since only then do its partial indexes apply
    whatever plan the server keeps.
    """
    shown: ColumnElement[bool]
    if len(wanted.statuses) == 1:
        shown = events.c.status == literal(next(iter(wanted.statuses)).value, literal_execute=True)
    else:
        shown = events.c.status.in_(sorted(wanted.statuses))
    if wanted.own_drafts_of is not None:
        shown = shown | (
            (events.c.status == Status.DRAFT) & (events.c.creator_id == wanted.own_drafts_of)
        )
    return shown
