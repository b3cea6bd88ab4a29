"""Statements on payments as they are backed up, and on the runs of the backup."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from guichet.tickets.codes import order_code
from guichet.tickets.payment_backups.records import PaymentRecord, RefundRecord
from guichet.tickets.repository.stock import Connection

_LOCK_KEY = 0x7061_796D


@dataclass(frozen=True, slots=True)
class BackupRun:
    """One run: what it covers (changes from `from_at` up to `to_at`), and how it ended."""

    run_id: int
    started_at: datetime
    finished_at: datetime | None
    records: int
    target: str
    path: str
    from_at: datetime | None
    to_at: datetime
    error: str | None


async def try_to_lock_backups(connection: Connection) -> bool:
    """Take the right to back up for as long as this connection is kept; False where another has."""
    taken: bool = await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK_KEY)
    return taken


async def unlock_backups(connection: Connection) -> None:
    """Give the right back."""
    await connection.fetchval("SELECT pg_advisory_unlock($1)", _LOCK_KEY)


async def oldest_open_moment(connection: Connection) -> datetime:
    """Return the instant before which every change is visible now.

    `changed_at` is the start of a transaction at the earliest, and a transaction becomes visible
    later than it starts. So the bound is the start of the oldest one that is open, not the time.
    """
    found: datetime = await connection.fetchval(
        "SELECT least(clock_timestamp(), min(xact_start)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    return found


async def changed_payments(
    connection: Connection, since: datetime | None, after_order_id: int, limit: int
) -> list[PaymentRecord]:
    """Return payments that changed (they, or a refund of theirs) since then, by order id."""
    rows = await connection.fetch(
        "SELECT p.*, o.event_id FROM payments p JOIN orders o USING (order_id)"
        " WHERE p.order_id > $2 AND ($1::timestamptz IS NULL OR p.changed_at >= $1"
        " OR EXISTS (SELECT 1 FROM refunds r WHERE r.order_id = p.order_id AND r.changed_at >= $1))"
        " ORDER BY p.order_id LIMIT $3",
        since,
        after_order_id,
        limit,
    )
    return await _with_refunds(connection, rows)


async def orders_changed_since(connection: Connection, since: datetime) -> set[int]:
    """Return the orders whose payment, or a refund of it, changed since then."""
    rows = await connection.fetch(
        "SELECT order_id FROM payments WHERE changed_at >= $1"
        " UNION SELECT order_id FROM refunds WHERE changed_at >= $1",
        since,
    )
    return {row["order_id"] for row in rows}


async def _with_refunds(
    connection: Connection, rows: Sequence[asyncpg.Record]
) -> list[PaymentRecord]:
    refunds: dict[int, list[RefundRecord]] = {}
    for row in await connection.fetch(
        "SELECT * FROM refunds WHERE order_id = ANY($1::bigint[]) ORDER BY refund_id",
        [row["order_id"] for row in rows],
    ):
        refunds.setdefault(row["order_id"], []).append(_refund_of(row))
    return [_payment_of(row, refunds.get(row["order_id"], [])) for row in rows]


def _refund_of(row: asyncpg.Record) -> RefundRecord:
    return RefundRecord(
        refund_id=row["refund_id"],
        amount_minor=row["amount_minor"],
        reason=row["reason"],
        status=row["status"],
        provider_refund_id=row["provider_refund_id"],
        created_at=row["created_at"],
        completed_at=row["completed_at"],
    )


def _payment_of(row: asyncpg.Record, refunds: Sequence[RefundRecord]) -> PaymentRecord:
    return PaymentRecord(
        order_id=row["order_id"],
        order_code=order_code(row["order_id"]),
        event_id=row["event_id"],
        amount_minor=row["amount_minor"],
        captured_minor=row["captured_minor"],
        refunded_minor=row["refunded_minor"],
        currency=row["currency"],
        status=row["status"],
        method=row["method"],
        intent_id=row["intent_id"],
        decline_code=row["decline_code"],
        created_at=row["created_at"],
        paid_at=row["paid_at"],
        refunded_at=row["refunded_at"],
        refunds=tuple(refunds),
    )


async def begin_run(
    connection: Connection, target: str, path: str, from_at: datetime | None, to_at: datetime
) -> int:
    """Store that a run has begun, and return its id."""
    run_id: int = await connection.fetchval(
        "INSERT INTO payment_backup_runs (target, path, from_at, to_at) VALUES ($1, $2, $3, $4)"
        " RETURNING run_id",
        target,
        path,
        from_at,
        to_at,
    )
    return run_id


async def end_run(
    connection: Connection, run_id: int, records: int, error: str | None
) -> BackupRun:
    """Store how a run ended."""
    rows = await connection.fetch(
        "UPDATE payment_backup_runs SET finished_at = clock_timestamp(), records = $2, error = $3"
        " WHERE run_id = $1 RETURNING *",
        run_id,
        records,
        error,
    )
    return _run_of(rows[0])


async def last_good_run(
    connection: Connection, target: str, path_max: str | None = None
) -> BackupRun | None:
    """Return the latest run to this target that ended well, None where there is none.

    Runs after the path `path_max` are left out: paths sort as their times do.
    """
    row = await connection.fetchrow(
        "SELECT * FROM payment_backup_runs WHERE target = $1 AND finished_at IS NOT NULL"
        ' AND error IS NULL AND ($2::text IS NULL OR path COLLATE "C" <= $2)'
        " ORDER BY run_id DESC LIMIT 1",
        target,
        path_max,
    )
    return None if row is None else _run_of(row)


async def latest_runs(connection: Connection, limit: int) -> list[BackupRun]:
    """Return runs to any target, the latest first."""
    rows = await connection.fetch(
        "SELECT * FROM payment_backup_runs ORDER BY run_id DESC LIMIT $1", limit
    )
    return [_run_of(row) for row in rows]


def _run_of(row: asyncpg.Record) -> BackupRun:
    return BackupRun(
        run_id=row["run_id"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        records=row["records"],
        target=row["target"],
        path=row["path"],
        from_at=row["from_at"],
        to_at=row["to_at"],
        error=row["error"],
    )
