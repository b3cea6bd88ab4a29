"""Statements behind organisers' reports, on asyncpg: the ledger's sums, and what was sold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from guichet.contracts.prices import UnitPrice, unit_price
from guichet.tickets.pricing import Parts
from guichet.tickets.repository.rows import parts_of
from guichet.tickets.repository.stock import Connection

_unit = msgspec.json.Decoder(UnitPrice)


@dataclass(frozen=True, slots=True)
class Moved:
    """What transfers of one kind moved on one day, between an account and the one it faces."""

    day: date
    event_id: int
    kind: str
    debit_account: str
    credit_account: str
    amount_minor: int
    transfers: int


@dataclass(frozen=True, slots=True)
class SoldLine:
    """So many tickets of one type, sold at one price."""

    ticket_type_id: int
    unit: UnitPrice
    quantity: int


@dataclass(frozen=True, slots=True)
class TypeRow:
    """A ticket type's name, and how many of its tickets were cancelled."""

    ticket_type_id: int
    name: str
    cancelled: int


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as its organisers see it, and what the ledger has of it, in minor units."""

    order_id: int
    created_at: datetime
    buyer_name: str
    buyer_email: str
    state: str
    tickets: int
    currency: str
    captured_minor: int
    fees_minor: int
    vat_minor: int
    refunded_minor: int


_MOVED = (
    "SELECT (l.occurred_at AT TIME ZONE $2)::date AS day, o.event_id, l.kind, l.debit_account,"
    " l.credit_account, sum(l.amount_minor)::bigint AS amount_minor, count(*) AS transfers"
    " FROM ledger_transfers l JOIN orders o USING (order_id)"
)
_BY_DAY = " GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5"


async def take_room(connection: Connection) -> None:
    """Let this transaction add up in memory what would else be sorted on disk first."""
    await connection.execute("SET LOCAL work_mem = '32MB'")


async def event_moves(connection: Connection, event_id: int, time_zone: str) -> list[Moved]:
    """Return what the ledger has of an event's orders, by day there, kind and accounts."""
    rows = await connection.fetch(f"{_MOVED} WHERE o.event_id = $1{_BY_DAY}", event_id, time_zone)
    return [Moved(**dict(row)) for row in rows]


async def organiser_moves(
    connection: Connection, organiser_id: int, currency: str, time_zone: str, up_to: date
) -> list[Moved]:
    """Return what moved on an organiser's account until the end of a day, oldest first."""
    rows = await connection.fetch(
        f"{_MOVED} JOIN offers e USING (event_id) WHERE e.creator_id = $1"
        " AND $3 IN (l.debit_account, l.credit_account) AND l.currency = $5"
        f" AND (l.occurred_at AT TIME ZONE $2)::date <= $4{_BY_DAY}",
        organiser_id,
        time_zone,
        f"organiser:{organiser_id}",
        up_to,
        currency,
    )
    return [Moved(**dict(row)) for row in rows]


async def titles_of(connection: Connection, event_ids: Sequence[int]) -> dict[int, str]:
    """Return the titles of these events, by their id."""
    rows = await connection.fetch(
        "SELECT event_id, title FROM offers WHERE event_id = ANY($1::bigint[])", event_ids
    )
    return {row["event_id"]: row["title"] for row in rows}


async def currencies_of(connection: Connection, organiser_id: int) -> list[str]:
    """Return the currencies in which an organiser has events for sale or had, in order."""
    rows = await connection.fetch(
        "SELECT DISTINCT currency FROM offers WHERE creator_id = $1 AND status <> 'draft'"
        " ORDER BY 1",
        organiser_id,
    )
    return [row["currency"] for row in rows]


async def sold_lines(connection: Connection, event_id: int) -> list[SoldLine]:
    """Return what was sold of an event: lines of orders that were paid for, or were free."""
    rows = await connection.fetch(
        "SELECT (line ->> 'ticket_type_id')::bigint AS ticket_type_id, line -> 'unit' AS unit,"
        " (line ->> 'price_minor')::bigint AS price_minor,"
        " sum((line ->> 'quantity')::int)::bigint AS quantity"
        " FROM orders o LEFT JOIN payments p USING (order_id)"
        " CROSS JOIN LATERAL jsonb_array_elements(o.lines) AS line"
        " WHERE o.event_id = $1 AND (p.captured_minor > 0 OR (o.total_minor = 0"
        " AND o.state IN ('issued', 'cancelled'))) GROUP BY 1, 2, 3 ORDER BY 1, 3",
        event_id,
    )
    return [
        SoldLine(
            row["ticket_type_id"],
            unit_price(row["price_minor"])
            if row["unit"] in {None, "null"}
            else _unit.decode(row["unit"]),
            row["quantity"],
        )
        for row in rows
    ]


async def refunded_parts(connection: Connection, event_id: int) -> list[tuple[Parts, int]]:
    """Return the parts of an event's refunds as first carried out, each with how many had them."""
    rows = await connection.fetch(
        "SELECT r.parts, count(*) AS number FROM refunds r JOIN orders o USING (order_id)"
        " WHERE o.event_id = $1 AND r.completed_at IS NOT NULL AND r.retry_of IS NULL"
        " AND r.parts IS NOT NULL GROUP BY 1",
        event_id,
    )
    found = [(parts_of(row["parts"]), row["number"]) for row in rows]
    return [(parts, number) for parts, number in found if parts is not None]


async def type_rows(connection: Connection, event_id: int) -> list[TypeRow]:
    """Return an event's ticket types, withdrawn ones too, with the tickets cancelled of each."""
    rows = await connection.fetch(
        # By the index of cancelled tickets: all of an event's are many more.
        "WITH gone AS (SELECT ticket_type_id, count(*) AS cancelled FROM tickets"
        " WHERE event_id = $1 AND cancelled_at IS NOT NULL GROUP BY 1)"
        " SELECT s.ticket_type_id, s.name, coalesce(g.cancelled, 0) AS cancelled"
        " FROM stock s LEFT JOIN gone g USING (ticket_type_id) WHERE s.event_id = $1 ORDER BY 1",
        event_id,
    )
    return [TypeRow(**dict(row)) for row in rows]


async def orders_following(
    connection: Connection, event_id: int, after_id: int, limit: int
) -> Sequence[OrderRow]:
    """Return an event's orders behind one of them, oldest first, with the ledger's sums of each."""
    rows = await connection.fetch(
        "SELECT o.order_id, o.created_at, o.buyer_name, o.buyer_email, o.state,"
        " (SELECT count(*) FROM tickets t WHERE t.order_id = o.order_id) AS tickets, o.currency,"
        " l.captured_minor, l.fees_minor, l.vat_minor, l.refunded_minor"
        " FROM orders o CROSS JOIN LATERAL (SELECT"
        " coalesce(sum(amount_minor) FILTER (WHERE kind = 'capture'), 0)::bigint AS captured_minor,"
        " coalesce(sum(CASE WHEN kind IN ('fee', 'fee_vat') THEN amount_minor"
        " WHEN kind IN ('refund_fee', 'refund_fee_vat') THEN -amount_minor END), 0)::bigint"
        " AS fees_minor,"
        " coalesce(sum(CASE kind WHEN 'vat' THEN amount_minor WHEN 'refund_vat' THEN -amount_minor"
        " END), 0)::bigint AS vat_minor,"
        " coalesce(sum(amount_minor) FILTER (WHERE kind = 'refund'), 0)::bigint AS refunded_minor"
        " FROM ledger_transfers x WHERE x.order_id = o.order_id) AS l"
        " WHERE o.event_id = $1 AND o.order_id > $2 ORDER BY o.order_id LIMIT $3",
        event_id,
        after_id,
        limit,
    )
    return [OrderRow(**dict(row)) for row in rows]


async def day_sums(connection: Connection, day: date) -> list[tuple[str, str, str, str, int, int]]:
    """Return kind, accounts, currency, sum and number of what was entered on a day (UTC)."""
    rows = await connection.fetch(
        "SELECT kind, debit_account, credit_account, currency, sum(amount_minor)::bigint AS total,"
        " count(*) AS number FROM ledger_transfers"
        " WHERE entered_at >= $1::date::timestamp AT TIME ZONE 'UTC'"
        " AND entered_at < ($1::date + 1)::timestamp AT TIME ZONE 'UTC'"
        " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
        day,
    )
    return [tuple(row) for row in rows]
