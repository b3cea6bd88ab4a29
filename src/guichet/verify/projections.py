"""Checks on what other services have copied: it must equal its source."""

from typing import Any

from guichet.tickets.codes import order_code
from guichet.verify.contradictions import NAMED_MAX, Contradiction
from guichet.verify.sources import Sources


async def projections_equal_their_source(sources: Sources) -> list[Contradiction]:
    """Compare available tickets in events, and purchase histories in users, with tickets."""
    wrong = await _available_tickets(sources)
    wrong += await _purchase_histories(sources)
    return wrong[:NAMED_MAX]


async def _available_tickets(sources: Sources) -> list[Contradiction]:
    # What is told of a ticket type bears the version of its event: the sum of those of its types.
    source = await sources.rows(
        "tickets",
        "SELECT ticket_type_id, sold, held,"
        " (sum(version) OVER (PARTITION BY event_id))::bigint AS version FROM stock",
    )
    copied = await sources.rows(
        "events", "SELECT ticket_type_id, sold, held, version FROM stock_levels"
    )
    copies = {row["ticket_type_id"]: row for row in copied}
    return [
        found
        for row in source
        if (found := _copy_differs(row, copies.get(row["ticket_type_id"]))) is not None
    ]


def _copy_differs(row: Any, copy: Any | None) -> Contradiction | None:
    """Return how events' copy of a stock differs; of another version, it may be catching up."""
    believed = (0, 0) if copy is None else (copy["sold"], copy["held"])
    if believed == (row["sold"], row["held"]):
        return None
    reached = 0 if copy is None else copy["version"]
    return Contradiction(
        f"ticket type {row['ticket_type_id']}",
        f"ticket type {row['ticket_type_id']}: sold and held are {row['sold']}, {row['held']},"
        f" events believes {believed}",
        reached=None if reached == row["version"] else reached,
    )


async def _purchase_histories(sources: Sources) -> list[Contradiction]:
    source = await sources.rows(
        "tickets",
        "SELECT t.ticket_id, t.order_id, t.account_id, t.used_at IS NOT NULL AS used,"
        " t.cancelled_at IS NOT NULL AS cancelled FROM tickets t WHERE t.account_id IS NOT NULL",
    )
    copied = await sources.rows(
        "users",
        "SELECT t.ticket_id, t.order_code, t.used_at IS NOT NULL"
        " AND (t.undone_used_at IS NULL OR t.used_at > t.undone_used_at) AS used,"
        " t.cancelled_at IS NOT NULL AS cancelled FROM purchased_tickets t"
        " JOIN purchases p USING (order_code)",
    )
    known = await sources.rows("users", "SELECT id FROM profiles WHERE erased_at IS NULL")
    accounts = {row["id"] for row in known}
    copies = {row["ticket_id"]: row for row in copied}
    unknown = copies.keys() - {row["ticket_id"] for row in source}
    return [
        Contradiction(
            f"ticket {ticket_id}", f"ticket {ticket_id}: a history has it, nobody sold it"
        )
        for ticket_id in unknown
    ] + [
        Contradiction(
            f"ticket {row['ticket_id']}",
            f"ticket {row['ticket_id']}: the history of account {row['account_id']} differs",
        )
        for row in source
        if row["account_id"] in accounts and not _is_copied(row, copies.get(row["ticket_id"]))
    ]


def _is_copied(ticket: Any, copy: Any | None) -> bool:
    return copy is not None and (copy["order_code"], copy["used"], copy["cancelled"]) == (
        order_code(ticket["order_id"]),
        ticket["used"],
        ticket["cancelled"],
    )
