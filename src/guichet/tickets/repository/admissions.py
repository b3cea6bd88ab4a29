"""Statements on admissions, on asyncpg."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from guichet.tickets.domain import Ticket
from guichet.tickets.repository.rows import ticket_of
from guichet.tickets.repository.stock import Connection


@dataclass(frozen=True, slots=True)
class Presented:
    """A ticket shown at the door, with what the door needs to know about it."""

    ticket: Ticket
    event_title: str
    event_status: str
    creator_id: int
    ticket_type: str
    holder_name: str


async def lock_presented(connection: Connection, ticket_ids: Iterable[int]) -> dict[int, Presented]:
    """Lock these tickets and return those that exist, as they are now."""
    wanted = sorted(set(ticket_ids))
    await connection.execute(
        "SELECT 1 FROM tickets WHERE ticket_id = ANY($1::bigint[]) ORDER BY ticket_id FOR UPDATE",
        wanted,
    )
    rows = await connection.fetch(
        "SELECT t.*, e.title AS event_title, e.status AS event_status, e.creator_id,"
        " s.name AS ticket_type, o.buyer_name FROM tickets t"
        " JOIN offers e USING (event_id) JOIN stock s USING (ticket_type_id)"
        " JOIN orders o USING (order_id) WHERE t.ticket_id = ANY($1::bigint[])",
        wanted,
    )
    return {
        row["ticket_id"]: Presented(
            ticket=ticket_of(row),
            event_title=row["event_title"],
            event_status=row["event_status"],
            creator_id=row["creator_id"],
            ticket_type=row["ticket_type"],
            holder_name=row["buyer_name"],
        )
        for row in rows
    }


async def store_admissions(connection: Connection, used: Sequence[Ticket]) -> None:
    """Store tickets that have just been used; the database refuses a second admission."""
    if not used:
        return
    await connection.execute(
        "WITH n AS (SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[],"
        " $4::timestamptz[], $5::bigint[]) AS n(ticket_id, used_by, place, used_at, event_id)),"
        " marked AS (UPDATE tickets t SET status = 'used', used_at = n.used_at,"
        " used_by = n.used_by, used_where = n.place FROM n WHERE t.ticket_id = n.ticket_id)"
        " INSERT INTO admissions (ticket_id, event_id, admitted_by, place, admitted_at)"
        " SELECT ticket_id, event_id, used_by, place, used_at FROM n",
        [ticket.ticket_id for ticket in used],
        [ticket.used_by for ticket in used],
        [ticket.used_where for ticket in used],
        [ticket.used_at for ticket in used],
        [ticket.event_id for ticket in used],
    )
