"""Statements on what ledger and provider disagree on: looked for, kept, settled, resolved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from guichet.tickets.repository.stock import Connection


@dataclass(frozen=True, slots=True)
class Found:
    """Something that ledger and provider disagree on; `reference` names it for ever."""

    kind: str
    reference: str
    amount_minor: int
    currency: str
    order_id: int | None = None
    intent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as it is kept; `state` is open, settled (gone by itself) or resolved."""

    finding_id: int
    found: Found
    state: str
    found_at: datetime
    ended_at: datetime | None
    resolved_by: int | None
    note: str | None


async def strange_movements(
    connection: Connection, since: datetime, until: datetime
) -> list[Found]:
    """Return movements that we have no reason for: charges of no order, and unexplained ones."""
    rows = await connection.fetch(
        "SELECT * FROM provider_movements WHERE created_at >= $1 AND created_at < $2"
        " AND (kind = 'other' OR (kind = 'charge' AND ledger_reference IS NULL))"
        " ORDER BY created_at LIMIT 1000",
        since,
        until,
    )
    return [
        Found(
            "unexplained_movement" if row["kind"] == "other" else "unknown_charge",
            row["transaction_id"] if row["kind"] == "other" else row["intent_id"] or "",
            row["amount_minor"],
            row["currency"],
            row["order_id"],
            row["intent_id"],
        )
        for row in rows
    ]


async def wrong_amounts(connection: Connection, since: datetime) -> list[Found]:
    """Return movements whose amount is not that of the ledger's entry."""
    rows = await connection.fetch(
        "SELECT m.*, l.amount_minor AS entered FROM provider_movements m"
        " JOIN ledger_transfers l ON l.reference = m.ledger_reference"
        " WHERE m.created_at >= $1 AND m.kind IN ('charge', 'refund')"
        " AND abs(m.amount_minor) <> l.amount_minor LIMIT 1000",
        since,
    )
    return [
        Found(
            "amount_differs",
            row["transaction_id"],
            abs(row["amount_minor"]) - row["entered"],
            row["currency"],
            row["order_id"],
            row["intent_id"],
        )
        for row in rows
    ]


async def captures_without_movement(
    connection: Connection, since: datetime, until: datetime
) -> list[Found]:
    """Return captures of ours that the provider's list of movements does not show."""
    rows = await connection.fetch(
        "SELECT p.* FROM payments p WHERE p.captured_minor > 0 AND p.paid_at >= $1"
        " AND p.paid_at < $2 AND NOT EXISTS (SELECT 1 FROM provider_movements m"
        " WHERE m.ledger_reference = 'capture-' || p.order_id) ORDER BY p.paid_at LIMIT 1000",
        since,
        until,
    )
    return [
        Found(
            "capture_unknown",
            f"order-{row['order_id']}",
            row["captured_minor"],
            row["currency"],
            row["order_id"],
            row["intent_id"],
        )
        for row in rows
    ]


async def keep_findings(connection: Connection, found: Sequence[Found]) -> int:
    """Store findings; returns how many are new. One that a person resolved stays resolved."""
    rows = await connection.fetch(
        "INSERT INTO reconciliation_findings (kind, reference, order_id, intent_id, amount_minor,"
        " currency) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[],"
        " $5::bigint[], $6::text[]) ON CONFLICT (kind, reference) DO UPDATE SET"
        " amount_minor = excluded.amount_minor, order_id = excluded.order_id,"
        " state = CASE reconciliation_findings.state WHEN 'resolved' THEN 'resolved' ELSE 'open'"
        " END, ended_at = CASE reconciliation_findings.state WHEN 'resolved'"
        " THEN reconciliation_findings.ended_at END RETURNING xmax = 0 AS is_new",
        [item.kind for item in found],
        [item.reference for item in found],
        [item.order_id for item in found],
        [item.intent_id for item in found],
        [item.amount_minor for item in found],
        [item.currency for item in found],
    )
    return sum(row["is_new"] for row in rows)


async def settle_findings(connection: Connection) -> None:
    """Close the open findings that have become untrue by themselves."""
    await connection.execute(
        """
        UPDATE reconciliation_findings f SET state = 'settled', ended_at = now()
        WHERE state = 'open' AND CASE kind
            WHEN 'unknown_charge' THEN EXISTS (SELECT 1 FROM provider_movements m
                WHERE m.kind = 'charge' AND m.intent_id = f.reference
                  AND m.ledger_reference IS NOT NULL)
            WHEN 'capture_unknown' THEN EXISTS (SELECT 1 FROM provider_movements m
                WHERE m.ledger_reference = 'capture-' || f.order_id)
            WHEN 'day_differs' THEN EXISTS (SELECT 1 FROM reconciliation_days d
                WHERE d.day::text || ' ' || d.currency = f.reference
                  AND d.ledger_minor = d.provider_minor)
            ELSE false END
        """
    )


async def count_open(connection: Connection) -> int:
    """Return how many findings wait for a person."""
    count: int = await connection.fetchval(
        "SELECT count(*) FROM reconciliation_findings WHERE state = 'open'"
    )
    return count


async def first_open_day(connection: Connection) -> date | None:
    """Return the earliest day that still differs."""
    found: date | None = await connection.fetchval(
        "SELECT min(split_part(reference, ' ', 1)::date) FROM reconciliation_findings"
        " WHERE state = 'open' AND kind = 'day_differs'"
    )
    return found


async def findings(connection: Connection, limit: int) -> list[Finding]:
    """Return findings, the open ones first, then the latest."""
    rows = await connection.fetch(
        "SELECT * FROM reconciliation_findings ORDER BY state <> 'open', finding_id DESC LIMIT $1",
        limit,
    )
    return [_finding_of(row) for row in rows]


async def resolve_finding(
    connection: Connection, finding_id: int, by: int, note: str
) -> Finding | None:
    """Note that a person has dealt with a finding; None where there is none that is open."""
    row = await connection.fetchrow(
        "UPDATE reconciliation_findings SET state = 'resolved', ended_at = now(),"
        " resolved_by = $2, note = $3 WHERE finding_id = $1 AND state <> 'resolved' RETURNING *",
        finding_id,
        by,
        note,
    )
    return None if row is None else _finding_of(row)


def _finding_of(row: Any) -> Finding:
    return Finding(
        row["finding_id"],
        Found(
            row["kind"],
            row["reference"],
            row["amount_minor"],
            row["currency"],
            row["order_id"],
            row["intent_id"],
        ),
        row["state"],
        row["found_at"],
        row["ended_at"],
        row["resolved_by"],
        row["note"],
    )
