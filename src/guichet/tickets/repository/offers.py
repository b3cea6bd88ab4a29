"""Statements on what events lets us sell, on asyncpg."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from guichet.contracts.messages.events import EventSnapshot
from guichet.contracts.messages.tickets import EventStock, StockLevel
from guichet.tickets.domain import Offer
from guichet.tickets.repository.rows import offer_of, stock_of
from guichet.tickets.repository.stock import Connection


async def one_at_a_time(connection: Connection, event_id: int) -> None:
    """Wait until no other transaction writes this event's offer, known or not.

    While an offer is new it has no row that could be locked, and each of several first writers
    would go by what it read before the others.
    """
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtext('offers'), ($1::bigint % 2147483647)::int)",
        event_id,
    )


async def lock_version(connection: Connection, event_id: int) -> int | None:
    """Lock an offer and return its version, None where it is not known yet."""
    version: int | None = await connection.fetchval(
        "SELECT version FROM offers WHERE event_id = $1 FOR UPDATE", event_id
    )
    return version


async def read_offer(connection: Connection, event_id: int) -> Offer | None:
    """Return an offer with its stock as it is at this moment, None where it is not known."""
    return (await read_offers(connection, [event_id])).get(event_id)


async def read_offers(connection: Connection, event_ids: Collection[int]) -> dict[int, Offer]:
    """Return those of these offers that are known, with their stock as it is at this moment."""
    found = await connection.fetch(
        "SELECT * FROM offers WHERE event_id = ANY($1::bigint[])", event_ids
    )
    offers = {row["event_id"]: offer_of(row) for row in found}
    rows = await connection.fetch(
        "SELECT * FROM stock WHERE event_id = ANY($1::bigint[]) ORDER BY ticket_type_id",
        list(offers),
    )
    for row in rows:
        offers[row["event_id"]].stock[row["ticket_type_id"]] = stock_of(row)
    return offers


async def save_offer(connection: Connection, event: EventSnapshot) -> None:
    """Store the event's own fields."""
    await connection.execute(
        "INSERT INTO offers (event_id, version, title, status, creator_id, starts_at, ends_at,"
        " time_zone, location, venue, city, currency, sale_opens_at, sale_closes_at,"
        " per_order_max, per_account_max, fee_fixed_minor, fee_basis_points, fee_is_on_top,"
        " fee_vat_basis_points, refund_is_allowed, refund_until_hours, refund_kept_minor,"
        " refund_keeps_fee)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,"
        " $18, $19, $20, $21, $22, $23, $24)"
        " ON CONFLICT (event_id) DO UPDATE SET version = excluded.version,"
        " title = excluded.title, status = excluded.status, creator_id = excluded.creator_id,"
        " starts_at = excluded.starts_at, ends_at = excluded.ends_at,"
        " time_zone = excluded.time_zone, location = excluded.location, venue = excluded.venue,"
        " city = excluded.city, currency = excluded.currency,"
        " sale_opens_at = excluded.sale_opens_at, sale_closes_at = excluded.sale_closes_at,"
        " per_order_max = excluded.per_order_max, per_account_max = excluded.per_account_max,"
        " fee_fixed_minor = excluded.fee_fixed_minor,"
        " fee_basis_points = excluded.fee_basis_points, fee_is_on_top = excluded.fee_is_on_top,"
        " fee_vat_basis_points = excluded.fee_vat_basis_points,"
        " refund_is_allowed = excluded.refund_is_allowed,"
        " refund_until_hours = excluded.refund_until_hours,"
        " refund_kept_minor = excluded.refund_kept_minor,"
        " refund_keeps_fee = excluded.refund_keeps_fee",
        event.event_id,
        event.version,
        event.title,
        event.status,
        event.creator_id,
        event.starts_at,
        event.ends_at,
        event.time_zone,
        event.location,
        event.venue,
        event.city,
        event.currency,
        event.sale_opens_at,
        event.sale_closes_at,
        event.per_order_max,
        event.per_account_max,
        event.fee.fixed_minor,
        event.fee.basis_points,
        event.fee.is_on_top,
        event.fee.vat_basis_points,
        event.refund_rules.is_allowed,
        event.refund_rules.until_hours,
        event.refund_rules.kept_minor,
        event.refund_rules.keeps_fee,
    )


async def save_types(
    connection: Connection, event: EventSnapshot, capacities: Sequence[int]
) -> None:
    """Store the event's ticket types with these capacities, and withdraw those it has no more."""
    types = event.ticket_types
    await connection.execute(
        "INSERT INTO stock (ticket_type_id, event_id, name, price_minor, capacity,"
        " sale_opens_at, sale_closes_at, per_order_max, per_account_max, is_hidden,"
        " vat_basis_points)"
        " SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::int[],"
        " $6::timestamptz[], $7::timestamptz[], $8::int[], $9::int[], $10::bool[], $11::int[])"
        " ON CONFLICT (ticket_type_id) DO UPDATE SET name = excluded.name,"
        " price_minor = excluded.price_minor, capacity = excluded.capacity,"
        " sale_opens_at = excluded.sale_opens_at, sale_closes_at = excluded.sale_closes_at,"
        " per_order_max = excluded.per_order_max, per_account_max = excluded.per_account_max,"
        " is_hidden = excluded.is_hidden, vat_basis_points = excluded.vat_basis_points,"
        " is_withdrawn = false, version = stock.version + 1",
        [item.ticket_type_id for item in types],
        [event.event_id] * len(types),
        [item.name for item in types],
        [item.price_minor for item in types],
        list(capacities),
        [item.sale_opens_at for item in types],
        [item.sale_closes_at for item in types],
        [item.per_order_max for item in types],
        [item.per_account_max for item in types],
        [item.is_hidden for item in types],
        [item.vat_basis_points for item in types],
    )
    await connection.execute(
        "UPDATE stock SET is_withdrawn = true, capacity = sold + held, version = version + 1"
        " WHERE event_id = $1 AND NOT is_withdrawn AND ticket_type_id <> ALL($2::bigint[])",
        event.event_id,
        [item.ticket_type_id for item in types],
    )


async def claim_unpublished_stock(connection: Connection, limit: int) -> list[EventStock]:
    """Return the stock of events where it changed since it was last told, and mark it told."""
    rows = await connection.fetch(
        "SELECT DISTINCT event_id FROM stock WHERE published_version < version"
        " ORDER BY event_id LIMIT $1",
        limit,
    )
    event_ids = [row["event_id"] for row in rows]
    if not event_ids:
        return []
    locked = await connection.fetch(
        "SELECT ticket_type_id, event_id, capacity, sold, held, version FROM stock"
        " WHERE event_id = ANY($1::bigint[]) ORDER BY ticket_type_id FOR UPDATE",
        event_ids,
    )
    await connection.execute(
        "UPDATE stock SET published_version = version WHERE event_id = ANY($1::bigint[])",
        event_ids,
    )
    levels = defaultdict[int, list[StockLevel]](list)
    versions = defaultdict[int, int](int)
    for row in locked:
        # Each type's version only grows, and all were locked together: so does their sum.
        versions[row["event_id"]] += row["version"]
        levels[row["event_id"]].append(
            StockLevel(
                ticket_type_id=row["ticket_type_id"],
                capacity=row["capacity"],
                sold=row["sold"],
                held=row["held"],
            )
        )
    return [
        EventStock(event_id=event_id, version=versions[event_id], levels=levels[event_id])
        for event_id in event_ids
    ]
