"""Statements of reconciliation, on asyncpg: movements, days, runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from guichet.tickets.payments import SeenMovement
from guichet.tickets.repository.stock import Connection

_LOCK = 7_236_401
"""The number of the advisory lock that lets one replica reconcile at a time."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An order as reconciliation compares it; `step` is None once its saga has ended."""

    order_id: int
    step: str | None
    captured_minor: int
    intent_id: str | None


@dataclass(frozen=True, slots=True)
class Day:
    """A day (UTC) of the provider's account, in minor units: as we and as the provider have it."""

    day: date
    currency: str
    ledger_minor: int
    provider_minor: int

    @property
    def difference_minor(self) -> int:
        """What the provider has more than we know of."""
        return self.provider_minor - self.ledger_minor


@dataclass(slots=True)
class Run:
    """What one run did."""

    run_id: int
    started_at: datetime
    finished_at: datetime | None = None
    payments_read: int = 0
    movements_read: int = 0
    entered: int = 0
    repaired: int = 0
    findings: int = 0
    error: str | None = None


async def try_lock(connection: Connection) -> bool:
    """Take the lock for this connection, if nobody has it."""
    taken: bool = await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK)
    return taken


async def unlock(connection: Connection) -> None:
    """Let another replica reconcile."""
    await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def begin_run(connection: Connection, at: datetime) -> Run:
    """Store that a run begins."""
    run_id: int = await connection.fetchval(
        "INSERT INTO reconciliation_runs (started_at) VALUES ($1) RETURNING run_id", at
    )
    return Run(run_id, at)


async def end_run(connection: Connection, run: Run) -> None:
    """Store what a run did."""
    await connection.execute(
        "UPDATE reconciliation_runs SET finished_at = $2, payments_read = $3, movements_read = $4,"
        " entered = $5, repaired = $6, findings = $7, error = $8 WHERE run_id = $1",
        run.run_id,
        run.finished_at,
        run.payments_read,
        run.movements_read,
        run.entered,
        run.repaired,
        run.findings,
        run.error,
    )


async def latest_runs(connection: Connection, limit: int) -> list[Run]:
    """Return the latest runs, the latest first."""
    rows = await connection.fetch(
        "SELECT * FROM reconciliation_runs ORDER BY run_id DESC LIMIT $1", limit
    )
    return [Run(**dict(row)) for row in rows]


async def read_cursor(connection: Connection, name: str) -> datetime | None:
    """Return up to when the provider's list of that name was read."""
    reached: datetime | None = await connection.fetchval(
        "SELECT reached_at FROM reconciliation_cursors WHERE name = $1", name
    )
    return reached


async def save_cursor(connection: Connection, name: str, reached_at: datetime) -> None:
    """Note up to when a list was read; never back again."""
    await connection.execute(
        "INSERT INTO reconciliation_cursors (name, reached_at) VALUES ($1, $2)"
        " ON CONFLICT (name) DO UPDATE SET reached_at ="
        " greatest(reconciliation_cursors.reached_at, excluded.reached_at)",
        name,
        reached_at,
    )


async def first_payment_at(connection: Connection) -> datetime | None:
    """Return when the first payment was begun."""
    found: datetime | None = await connection.fetchval("SELECT min(created_at) FROM payments")
    return found


async def standings(
    connection: Connection, order_ids: Sequence[int], intent_ids: Sequence[str]
) -> tuple[dict[int, Standing], dict[str, int]]:
    """Return these orders as they stand, and the orders of these payments by intent."""
    rows = await connection.fetch(
        "SELECT o.order_id, o.step, p.captured_minor, p.intent_id FROM orders o"
        " JOIN payments p USING (order_id) WHERE o.order_id = ANY($1::bigint[])"
        " OR p.intent_id = ANY($2::text[])",
        list(order_ids),
        list(intent_ids),
    )
    found = {
        row["order_id"]: Standing(
            row["order_id"], row["step"], row["captured_minor"], row["intent_id"]
        )
        for row in rows
    }
    by_intent = {s.intent_id: s.order_id for s in found.values() if s.intent_id is not None}
    return found, by_intent


async def save_movements(connection: Connection, movements: Sequence[SeenMovement]) -> None:
    """Store movements of the provider's balance; those known stay as they are."""
    await connection.execute(
        "INSERT INTO provider_movements (transaction_id, kind, amount_minor, fee_minor, currency,"
        " created_at, source_id, intent_id) SELECT * FROM unnest($1::text[], $2::text[],"
        " $3::bigint[], $4::bigint[], $5::text[], $6::timestamptz[], $7::text[], $8::text[])"
        " ON CONFLICT (transaction_id) DO NOTHING",
        [moved.transaction_id for moved in movements],
        [moved.kind.value for moved in movements],
        [moved.amount_minor for moved in movements],
        [moved.fee_minor for moved in movements],
        [moved.currency for moved in movements],
        [moved.created_at for moved in movements],
        [moved.source_id for moved in movements],
        [moved.intent_id for moved in movements],
    )


async def match_movements(connection: Connection) -> None:
    """Give movements their orders, and the ledger's entry for each that has one."""
    for statement in (
        "UPDATE provider_movements m SET order_id = p.order_id FROM payments p"
        " WHERE m.order_id IS NULL AND m.intent_id = p.intent_id",
        "UPDATE provider_movements m SET ledger_reference = l.reference FROM ledger_transfers l"
        " WHERE m.ledger_reference IS NULL AND m.kind = 'charge'"
        " AND l.reference = 'capture-' || m.order_id AND l.provider_reference = m.intent_id",
        "UPDATE provider_movements m SET ledger_reference = 'refund-' || r.refund_id"
        " FROM refunds r WHERE m.ledger_reference IS NULL AND m.kind = 'refund'"
        " AND r.order_id = m.order_id AND r.provider_refund_id = m.source_id"
        " AND r.completed_at IS NOT NULL",
        "UPDATE provider_movements m SET ledger_reference = 'refund_failed-' || r.refund_id"
        " FROM refunds r WHERE m.ledger_reference IS NULL AND m.kind = 'refund_failure'"
        " AND r.provider_refund_id = m.source_id AND r.failed_at IS NOT NULL",
    ):
        await connection.execute(statement)


async def unmatched(connection: Connection, transaction_ids: Sequence[str]) -> set[str]:
    """Return those of these movements that tell of something which we have not entered."""
    rows = await connection.fetch(
        "SELECT transaction_id FROM provider_movements m WHERE transaction_id = ANY($1::text[])"
        " AND ledger_reference IS NULL"
        " AND (kind IN ('charge', 'refund', 'refund_failure') OR kind = 'dispute'"
        " AND NOT EXISTS (SELECT 1 FROM ledger_transfers l"
        " WHERE l.reference = 'dispute-' || m.transaction_id))",
        list(transaction_ids),
    )
    return {row["transaction_id"] for row in rows}


async def compare_days(connection: Connection, since: date) -> list[Day]:
    """Add up each day since then on both sides, store and return it, the earliest first.

    An entry of ours counts on the day of the provider's movement it belongs to: the two clocks, and
    the time an answer takes, would else move money over midnight.
    """
    rows = await connection.fetch(
        """
        WITH entries AS (
            SELECT l.currency, l.amount_minor * CASE l.debit_account WHEN 'provider' THEN 1 ELSE -1
                   END AS amount,
                   (coalesce(m.created_at, t.created_at, l.occurred_at) AT TIME ZONE 'UTC')::date
                   AS day
            FROM ledger_transfers l
            LEFT JOIN provider_movements m ON m.ledger_reference = l.reference
            LEFT JOIN provider_movements t ON t.transaction_id = l.provider_reference
            WHERE 'provider' IN (l.debit_account, l.credit_account)
              AND l.occurred_at >= $1::date - 1
        ), ours AS (
            SELECT day, currency, sum(amount) AS amount FROM entries GROUP BY 1, 2
        ), theirs AS (
            SELECT (created_at AT TIME ZONE 'UTC')::date AS day, currency,
                   sum(amount_minor - fee_minor) AS amount
            FROM provider_movements WHERE created_at >= $1::date - 1 GROUP BY 1, 2
        )
        INSERT INTO reconciliation_days (day, currency, ledger_minor, provider_minor)
        SELECT day, currency, coalesce(ours.amount, 0), coalesce(theirs.amount, 0)
        FROM ours FULL JOIN theirs USING (day, currency) WHERE day >= $1
        ON CONFLICT (day, currency) DO UPDATE SET ledger_minor = excluded.ledger_minor,
            provider_minor = excluded.provider_minor, checked_at = now()
        RETURNING day, currency, ledger_minor, provider_minor
        """,
        since,
    )
    return sorted((Day(*row.values()) for row in rows), key=lambda day: (day.day, day.currency))


async def latest_days(connection: Connection, limit: int) -> list[Day]:
    """Return the latest days that were compared, the latest first."""
    rows = await connection.fetch(
        "SELECT day, currency, ledger_minor, provider_minor FROM reconciliation_days"
        " ORDER BY day DESC, currency LIMIT $1",
        limit,
    )
    return [Day(*row.values()) for row in rows]


async def flag_unsettled(connection: Connection, before: datetime, reason: str) -> int:
    """Show the orders whose payment has been open since before then; hide those that have ended."""
    await connection.execute(
        "UPDATE orders SET needs_attention = false, attention_reason = NULL"
        " WHERE needs_attention AND attention_reason = $1 AND step IS NULL",
        reason,
    )
    rows = await connection.fetch(
        "UPDATE orders SET needs_attention = true, attention_reason = $2"
        " WHERE step = 'take_payment' AND created_at < $1 AND NOT needs_attention RETURNING 1",
        before,
        reason,
    )
    return len(rows)
