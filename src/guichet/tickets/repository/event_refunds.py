"""Statements on runs that give a whole event back, on asyncpg."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from guichet.kernel.audit import record_hot
from guichet.tickets import auditing
from guichet.tickets.repository.stock import Connection

_TO_GIVE_BACK = """
    WITH given AS MATERIALIZED (
        SELECT r.order_id, sum(r.amount_minor) FILTER (WHERE NOT r.is_retried) AS amount_minor
        FROM refunds r JOIN orders USING (order_id) WHERE event_id = $1 GROUP BY r.order_id)
    SELECT o.order_id, o.buyer, count(*)::int AS tickets,
           least(sum(t.price_minor + t.fee_on_top_minor
                     - CASE WHEN g.order_id IS NULL THEN 0 ELSE coalesce((
                           SELECT sum(b.price_minor + b.fee_minor) FROM refund_tickets b
                           JOIN refunds r USING (refund_id)
                           WHERE b.ticket_id = t.ticket_id AND NOT r.is_retried), 0) END)::bigint,
                 coalesce(max(p.captured_minor), 0) - coalesce(max(g.amount_minor), 0)
           )::bigint AS amount_minor
    FROM orders o JOIN tickets t ON t.order_id = o.order_id AND t.status <> 'cancelled'
    LEFT JOIN payments p ON p.order_id = o.order_id
    LEFT JOIN given g ON g.order_id = o.order_id
    WHERE o.event_id = $1 AND o.state = 'issued' GROUP BY o.order_id
"""
"""Each issued order with its live tickets, admitted ones included, and what is left to give.

What single tickets have had back is looked for where their order has had a refund at all: of a
hundred thousand orders, most have not.
"""
_COUNTED = """
    SELECT count(*) AS orders, coalesce(sum(tickets), 0)::bigint AS tickets,
           coalesce(sum(amount_minor), 0)::bigint AS total_minor, count(DISTINCT buyer) AS buyers
    FROM found
"""
_WRITTEN_DOWN = """
    INSERT INTO event_refund_orders (run_id, order_id, tickets, amount_minor)
    SELECT $2, order_id, tickets, amount_minor FROM found
"""
_SUMS = f"WITH found AS ({_TO_GIVE_BACK}) {_COUNTED}"
_WRITE_DOWN = f"WITH found AS ({_TO_GIVE_BACK}) {_WRITTEN_DOWN}"


@dataclass(frozen=True, slots=True)
class EventBack:
    """What giving a whole event back would mean."""

    orders: int
    tickets: int
    total_minor: int
    buyers: int


@dataclass(frozen=True, slots=True)
class Run:
    """A run over an event's orders; `reason` is event_cancelled or organiser."""

    run_id: int
    event_id: int
    reason: str
    note: str | None
    requested_by: int | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: orders cancelled, and refunds carried out; amounts in minor units.

    `refunds_waiting` are those that wait for the provider's balance; `attention_reason` is why a
    person has to look at one of its refunds.
    """

    run: Run
    started_at: datetime
    finished_at: datetime | None
    orders_total: int
    orders_done: int
    tickets_total: int
    total_minor: int
    refunds_total: int
    refunds_done: int
    refunds_waiting: int
    refunded_minor: int
    attention: int
    attention_reason: str | None


async def event_back(connection: Connection, event_id: int) -> EventBack:
    """Return what giving the event back now would mean; exact while its stock is locked."""
    row = await connection.fetchrow(_SUMS, event_id)
    return EventBack(**dict(row)) if row else EventBack(0, 0, 0, 0)


async def start_run(
    connection: Connection,
    event_id: int,
    *,
    reason: str,
    note: str | None,
    requested_by: int | None,
    at: datetime,
) -> int | None:
    """Begin a run over the orders issued by now, and return its id.

    None where one is under way already, or where there is nothing to give back.
    """
    run_id: int | None = await connection.fetchval(
        "INSERT INTO event_refund_runs (event_id, reason, note, requested_by, started_at)"
        " SELECT $1, $2, $3, $4, $5 WHERE EXISTS (SELECT 1 FROM orders"
        " WHERE event_id = $1 AND state = 'issued')"
        " ON CONFLICT (event_id) WHERE finished_at IS NULL DO NOTHING RETURNING run_id",
        event_id,
        reason,
        note,
        requested_by,
        at,
    )
    if run_id is not None:
        await connection.execute(_WRITE_DOWN, event_id, run_id)
        started = auditing.event_refunds_started(event_id, run_id, requested_by, reason, note)
        await record_hot(connection, [started])
    return run_id


async def cancelled_events_without_run(connection: Connection, limit: int) -> list[int]:
    """Return cancelled events that have live tickets and no run that sees to them."""
    rows = await connection.fetch(
        "SELECT event_id FROM offers o WHERE status = 'cancelled' AND EXISTS (SELECT 1 FROM"
        " stock s WHERE s.event_id = o.event_id AND s.sold > 0) AND NOT EXISTS (SELECT 1 FROM"
        " event_refund_runs r WHERE r.event_id = o.event_id AND r.finished_at IS NULL)"
        " AND EXISTS (SELECT 1 FROM orders WHERE orders.event_id = o.event_id"
        " AND orders.state = 'issued') ORDER BY event_id LIMIT $1",
        limit,
    )
    return [row["event_id"] for row in rows]


async def lock_run(connection: Connection) -> Run | None:
    """Lock a run that has orders left and that no other replica is at, the oldest first.

    The lock ends with the transaction, also where the process is killed in it: there is no lease
    to wait for.
    """
    row = await connection.fetchrow(
        "SELECT run_id, event_id, reason, note, requested_by FROM event_refund_runs r"
        " WHERE finished_at IS NULL AND EXISTS (SELECT 1 FROM event_refund_orders o"
        " WHERE o.run_id = r.run_id AND o.done_at IS NULL)"
        " ORDER BY run_id LIMIT 1 FOR UPDATE SKIP LOCKED"
    )
    return None if row is None else Run(**dict(row))


async def orders_left(connection: Connection, run: Run, limit: int) -> list[int]:
    """Return orders that the run has still to give back."""
    rows = await connection.fetch(
        "SELECT order_id FROM event_refund_orders WHERE run_id = $1 AND done_at IS NULL"
        " ORDER BY order_id LIMIT $2",
        run.run_id,
        limit,
    )
    return [row["order_id"] for row in rows]


async def mark_orders_done(
    connection: Connection, run: Run, order_ids: Sequence[int], at: datetime
) -> None:
    """Note that the run is through with these orders."""
    await connection.execute(
        "UPDATE event_refund_orders SET done_at = $3"
        " WHERE run_id = $1 AND order_id = ANY($2::bigint[])",
        run.run_id,
        order_ids,
        at,
    )


async def finish_runs(connection: Connection, at: datetime) -> list[int]:
    """End the runs whose orders are done and whose refunds are carried out; return their ids."""
    rows = await connection.fetch(
        "UPDATE event_refund_runs r SET finished_at = $1 WHERE finished_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM event_refund_orders o WHERE o.run_id = r.run_id"
        " AND o.done_at IS NULL) AND NOT EXISTS (SELECT 1 FROM refunds f"
        " WHERE f.run_id = r.run_id AND f.status = 'pending') RETURNING run_id",
        at,
    )
    return [row["run_id"] for row in rows]


async def progress_of_event(connection: Connection, event_id: int) -> list[Progress]:
    """Return how far the event's runs are, the newest first."""
    rows = await connection.fetch(
        "SELECT r.*, o.*, f.* FROM event_refund_runs r, LATERAL ("
        " SELECT count(*) AS orders_total, count(done_at) AS orders_done,"
        " coalesce(sum(tickets), 0)::bigint AS tickets_total,"
        " coalesce(sum(amount_minor), 0)::bigint AS total_minor"
        " FROM event_refund_orders WHERE run_id = r.run_id) AS o, LATERAL ("
        " SELECT count(*) AS refunds_total,"
        " count(*) FILTER (WHERE status IN ('completed', 'settled')) AS refunds_done,"
        " count(*) FILTER (WHERE status = 'pending' AND waits > 0) AS refunds_waiting,"
        " coalesce(sum(amount_minor) FILTER (WHERE status IN ('completed', 'settled')), 0)"
        "::bigint AS refunded_minor, count(*) FILTER (WHERE needs_attention) AS attention,"
        " min(attention_reason) FILTER (WHERE needs_attention) AS attention_reason"
        " FROM refunds WHERE run_id = r.run_id AND NOT is_retried) AS f"
        " WHERE r.event_id = $1 ORDER BY r.run_id DESC",
        event_id,
    )
    return [
        Progress(
            Run(row["run_id"], row["event_id"], row["reason"], row["note"], row["requested_by"]),
            row["started_at"],
            row["finished_at"],
            row["orders_total"],
            row["orders_done"],
            row["tickets_total"],
            row["total_minor"],
            row["refunds_total"],
            row["refunds_done"],
            row["refunds_waiting"],
            row["refunded_minor"],
            row["attention"],
            row["attention_reason"],
        )
        for row in rows
    ]
