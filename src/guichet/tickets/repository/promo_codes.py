"""Statements on promo codes, on asyncpg."""

from collections.abc import Iterable
from datetime import datetime

import asyncpg

from guichet.contracts.prices import Discount
from guichet.tickets.promo_codes import PromoCode, key_of_code
from guichet.tickets.repository.stock import Connection

_USES = """
    (SELECT count(*) FROM orders o
     WHERE o.promo_id = p.promo_id AND o.state IN ('paying', 'issued'))
    + (SELECT count(*) FROM holds h WHERE h.promo_id = p.promo_id AND h.state = 'active')
"""
_CODES = f"SELECT p.*, {_USES} AS uses FROM promo_codes p"  # noqa: S608 - constant text
_LIMITED = (
    f"SELECT p.*, CASE WHEN p.max_uses IS NULL THEN 0 ELSE {_USES} END AS uses FROM promo_codes p"  # noqa: S608 - as above
)


async def read_codes(
    connection: Connection, wanted: Iterable[tuple[int, str]]
) -> dict[tuple[int, str], PromoCode]:
    """Return the codes there are of these (event, key of code), with their uses.

    While the events' stock is locked, no use is added by anybody else.
    """
    pairs = sorted(set(wanted))
    if not pairs:
        return {}
    rows = await connection.fetch(
        f"{_LIMITED} JOIN unnest($1::bigint[], $2::text[]) AS n(event_id, code_key)"
        " USING (event_id, code_key) WHERE p.deleted_at IS NULL",
        [event_id for event_id, _ in pairs],
        [key for _, key in pairs],
    )
    return {(row["event_id"], row["code_key"]): promo_of(row) for row in rows}


async def read_by_id(connection: Connection, promo_id: int) -> PromoCode | None:
    """Return a code by its id, also a deleted one: what was sold under it may still be served."""
    row = await connection.fetchrow(f"{_CODES} WHERE p.promo_id = $1", promo_id)
    return None if row is None else promo_of(row)


async def codes_of_event(connection: Connection, event_id: int) -> list[PromoCode]:
    """Return an event's codes, oldest first."""
    rows = await connection.fetch(
        f"{_CODES} WHERE p.event_id = $1 AND p.deleted_at IS NULL ORDER BY p.promo_id", event_id
    )
    return [promo_of(row) for row in rows]


async def code_of_event(connection: Connection, event_id: int, promo_id: int) -> PromoCode | None:
    """Return one of an event's codes, None where it has none of that id."""
    row = await connection.fetchrow(
        f"{_CODES} WHERE p.event_id = $1 AND p.promo_id = $2 AND p.deleted_at IS NULL",
        event_id,
        promo_id,
    )
    return None if row is None else promo_of(row)


async def ticket_types_of_event(connection: Connection, event_id: int) -> set[int]:
    """Return the ids of an event's ticket types that are not withdrawn."""
    rows = await connection.fetch(
        "SELECT ticket_type_id FROM stock WHERE event_id = $1 AND NOT is_withdrawn", event_id
    )
    return {row["ticket_type_id"] for row in rows}


async def insert_code(connection: Connection, promo: PromoCode) -> int | None:
    """Store a new code and return its id, None where the event has it already."""
    promo_id: int | None = await connection.fetchval(
        "INSERT INTO promo_codes (event_id, code, code_key, basis_points, amount_minor, max_uses,"
        " valid_from, valid_until, ticket_type_ids, reveals_hidden, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        " ON CONFLICT (event_id, code_key) WHERE deleted_at IS NULL DO NOTHING RETURNING promo_id",
        promo.event_id,
        promo.code,
        key_of_code(promo.code),
        *_terms(promo),
        promo.created_at,
    )
    return promo_id


async def update_code(connection: Connection, promo: PromoCode) -> None:
    """Store a code's changed terms."""
    await connection.execute(
        "UPDATE promo_codes SET basis_points = $2, amount_minor = $3, max_uses = $4,"
        " valid_from = $5, valid_until = $6, ticket_type_ids = $7, reveals_hidden = $8"
        " WHERE promo_id = $1",
        promo.promo_id,
        *_terms(promo),
    )


async def delete_code(connection: Connection, promo_id: int, at: datetime) -> None:
    """Let a code be used no more; what was sold under it keeps naming it."""
    await connection.execute(
        "UPDATE promo_codes SET deleted_at = $2 WHERE promo_id = $1", promo_id, at
    )


def _terms(promo: PromoCode) -> tuple[object, ...]:
    types = promo.ticket_type_ids
    return (
        promo.discount.basis_points,
        promo.discount.amount_minor,
        promo.max_uses,
        promo.valid_from,
        promo.valid_until,
        None if types is None else sorted(types),
        promo.reveals_hidden,
    )


def promo_of(row: asyncpg.Record) -> PromoCode:
    """Return a code with its uses."""
    types = row["ticket_type_ids"]
    return PromoCode(
        promo_id=row["promo_id"],
        event_id=row["event_id"],
        code=row["code"],
        discount=Discount(row["basis_points"], row["amount_minor"]),
        max_uses=row["max_uses"],
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        ticket_type_ids=None if types is None else frozenset(types),
        reveals_hidden=row["reveals_hidden"],
        created_at=row["created_at"],
        uses=row["uses"],
    )
