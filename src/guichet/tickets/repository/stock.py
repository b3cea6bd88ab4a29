"""Statements on stock, limits and holds. Lock order: keys, stock, holds, orders, tickets."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from guichet.kernel.database import HotConnection
from guichet.kernel.together import Writes
from guichet.tickets.domain import Hold, Line, Offer, Stock
from guichet.tickets.repository.rows import hold_of, lines_json, offer_of, stock_of

Connection = HotConnection
Allotted = dict[tuple[str, int], dict[int, int]]
"""By buyer and event: how many places of each ticket type the buyer has."""


async def lock_offers(connection: Connection, event_ids: Iterable[int]) -> dict[int, Offer]:
    """Lock the stock of these events and return their offers with it.

    The offers are read by a second statement, which sees what was committed while the first one
    waited for its locks.
    """
    wanted = sorted(set(event_ids))
    rows = await connection.fetch(
        "SELECT * FROM stock WHERE event_id = ANY($1::bigint[]) ORDER BY ticket_type_id FOR UPDATE",
        wanted,
    )
    found = await connection.fetch(
        "SELECT * FROM offers WHERE event_id = ANY($1::bigint[])", wanted
    )
    offers = {row["event_id"]: offer_of(row) for row in found}
    for row in rows:
        offers[row["event_id"]].stock[row["ticket_type_id"]] = stock_of(row)
    return offers


async def save_stock(writes: Writes, stocks: Iterable[Stock]) -> None:
    """Store the changed counters; the database refuses more promises than there are places."""
    changed = sorted((stock for stock in stocks if stock.is_changed), key=_type_id)
    if not changed:
        return
    await writes.execute(
        "UPDATE stock SET sold = n.sold, held = n.held, version = stock.version + 1"
        " FROM unnest($1::bigint[], $2::int[], $3::int[]) AS n(id, sold, held)"
        " WHERE stock.ticket_type_id = n.id",
        [stock.ticket_type_id for stock in changed],
        [stock.sold for stock in changed],
        [stock.held for stock in changed],
    )


async def read_allotments(
    connection: Connection, buyers_and_events: Iterable[tuple[str, int]]
) -> Allotted:
    """Return what these buyers have already; safe to rely on while the stock is locked."""
    pairs = sorted(set(buyers_and_events))
    rows = await connection.fetch(
        "SELECT a.buyer, a.event_id, a.ticket_type_id, a.quantity FROM allotments a"
        " JOIN unnest($1::text[], $2::bigint[]) AS n(buyer, event_id)"
        " ON a.buyer = n.buyer AND a.event_id = n.event_id",
        [buyer for buyer, _ in pairs],
        [event_id for _, event_id in pairs],
    )
    allotted: Allotted = {pair: {} for pair in pairs}
    for row in rows:
        allotted[row["buyer"], row["event_id"]][row["ticket_type_id"]] = row["quantity"]
    return allotted


async def add_allotments(writes: Writes, changes: Mapping[tuple[str, int, int], int]) -> None:
    """Add to (or take from) what buyers have, keyed by buyer, event and ticket type."""
    rows = sorted((key, quantity) for key, quantity in changes.items() if quantity)
    if not rows:
        return
    await writes.execute(
        "INSERT INTO allotments (buyer, event_id, ticket_type_id, quantity)"
        " SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::int[])"
        " ON CONFLICT (buyer, ticket_type_id)"
        " DO UPDATE SET quantity = allotments.quantity + excluded.quantity",
        [buyer for (buyer, _, _), _ in rows],
        [event_id for (_, event_id, _), _ in rows],
        [type_id for (_, _, type_id), _ in rows],
        [quantity for _, quantity in rows],
    )


async def take_allotments(writes: Writes, changes: Mapping[tuple[str, int, int], int]) -> None:
    """Take these quantities from what buyers have."""
    rows = sorted((key, quantity) for key, quantity in changes.items() if quantity)
    if not rows:
        return
    await writes.execute(
        "UPDATE allotments a SET quantity = a.quantity - n.quantity"
        " FROM unnest($1::text[], $2::bigint[], $3::int[]) AS n(buyer, type_id, quantity)"
        " WHERE a.buyer = n.buyer AND a.ticket_type_id = n.type_id",
        [buyer for (buyer, _, _), _ in rows],
        [type_id for (_, _, type_id), _ in rows],
        [quantity for _, quantity in rows],
    )


async def change_allotments(writes: Writes, changes: Mapping[tuple[str, int, int], int]) -> None:
    """Change what buyers have by these quantities, up or down."""
    await add_allotments(writes, {key: n for key, n in changes.items() if n > 0})
    await take_allotments(writes, {key: -n for key, n in changes.items() if n < 0})


async def events_of_holds(connection: Connection, hold_ids: Iterable[int]) -> dict[int, int]:
    """Return which event each of these holds is for; that never changes, so nothing is locked."""
    wanted = sorted(set(hold_ids))
    if not wanted:
        return {}
    rows = await connection.fetch(
        "SELECT hold_id, event_id FROM holds WHERE hold_id = ANY($1::bigint[])", wanted
    )
    return {row["hold_id"]: row["event_id"] for row in rows}


async def lock_holds(connection: Connection, hold_ids: Iterable[int]) -> dict[int, Hold]:
    """Lock these holds and return those that exist."""
    wanted = sorted(set(hold_ids))
    if not wanted:
        return {}
    rows = await connection.fetch(
        "SELECT * FROM holds WHERE hold_id = ANY($1::bigint[]) ORDER BY hold_id FOR UPDATE",
        wanted,
    )
    return {row["hold_id"]: hold_of(row) for row in rows}


async def read_hold(connection: Connection, hold_id: int) -> Hold | None:
    """Return the hold of that id, whatever its state."""
    row = await connection.fetchrow("SELECT * FROM holds WHERE hold_id = $1", hold_id)
    return None if row is None else hold_of(row)


async def count_active_holds(
    connection: Connection, buyers: Iterable[str], addresses: Iterable[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many holds are active by buyer, and by client address."""
    buyers, addresses = sorted(set(buyers)), sorted(set(addresses))
    if not addresses:
        return {}, {}
    by_buyer = await connection.fetch(
        "SELECT buyer, count(*) AS n FROM holds WHERE state = 'active' AND buyer = ANY($1::text[])"
        " GROUP BY buyer",
        buyers,
    )
    by_address = await connection.fetch(
        "SELECT client_address, count(*) AS n FROM holds"
        " WHERE state = 'active' AND client_address = ANY($1::text[]) GROUP BY client_address",
        addresses,
    )
    return (
        {row["buyer"]: row["n"] for row in by_buyer},
        {row["client_address"]: row["n"] for row in by_address},
    )


async def insert_holds(writes: Writes, holds: Sequence[Hold]) -> None:
    """Store new holds."""
    if not holds:
        return
    await writes.execute(
        "INSERT INTO holds (hold_id, event_id, buyer, account_id, guest_name, guest_email,"
        " language, client_address, lines, state, expires_at, promo_id,"
        " promo_code) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[],"
        " $5::text[], $6::text[], $7::text[], $8::text[], $9::jsonb[], $10::text[],"
        " $11::timestamptz[], $12::bigint[], $13::text[])",
        [hold.hold_id for hold in holds],
        [hold.event_id for hold in holds],
        [hold.owner_key for hold in holds],
        [hold.buyer.account_id for hold in holds],
        [hold.buyer.name for hold in holds],
        [hold.buyer.email for hold in holds],
        [hold.buyer.language for hold in holds],
        [hold.client_address for hold in holds],
        [lines_json(hold.lines) for hold in holds],
        [hold.state for hold in holds],
        [hold.expires_at for hold in holds],
        [hold.promo_id for hold in holds],
        [hold.promo_code for hold in holds],
    )


async def set_hold_states(writes: Writes, hold_ids: Sequence[int], state: str) -> None:
    """Move these holds to a state; the caller has them locked."""
    if hold_ids:
        await writes.execute(
            "UPDATE holds SET state = $2 WHERE hold_id = ANY($1::bigint[])", hold_ids, state
        )


async def extend_hold(connection: Connection, hold_id: int, expires_at: datetime) -> None:
    """Give a hold a later end; the caller has it locked."""
    await connection.execute(
        "UPDATE holds SET expires_at = $2, extensions = extensions + 1 WHERE hold_id = $1",
        hold_id,
        expires_at,
    )


async def expired_hold_ids(connection: Connection, now: datetime, limit: int) -> list[int]:
    """Return active holds whose time is over, the longest overdue first."""
    rows = await connection.fetch(
        "SELECT hold_id FROM holds WHERE state = 'active' AND expires_at <= $1"
        " ORDER BY expires_at LIMIT $2",
        now,
        limit,
    )
    return [row["hold_id"] for row in rows]


async def forget_holders(connection: Connection, ended_before: datetime, limit: int) -> int:
    """Erase who had holds that ended before then; returns of how many."""
    rows = await connection.fetch(
        "UPDATE holds SET buyer = '', guest_name = NULL, guest_email = NULL, client_address = ''"
        " WHERE hold_id IN (SELECT hold_id FROM holds WHERE state <> 'active' AND expires_at < $1"
        " AND buyer <> '' LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1",
        ended_before,
        limit,
    )
    return len(rows)


async def delete_empty_allotments(connection: Connection) -> None:
    """Forget who has no places any more; never waits for a row that a sale has locked."""
    await connection.execute(
        "DELETE FROM allotments WHERE (buyer, ticket_type_id) IN (SELECT buyer, ticket_type_id"
        " FROM allotments WHERE quantity = 0 FOR UPDATE SKIP LOCKED)"
    )


def quantities(
    entries: Iterable[tuple[str, int, Sequence[Line]]],
) -> dict[tuple[str, int, int], int]:
    """Add up lines by buyer, event and ticket type."""
    changes: dict[tuple[str, int, int], int] = {}
    for buyer, event_id, lines in entries:
        for line in lines:
            key = (buyer, event_id, line.ticket_type_id)
            changes[key] = changes.get(key, 0) + line.quantity
    return changes


def _type_id(stock: Stock) -> int:
    return stock.ticket_type_id
