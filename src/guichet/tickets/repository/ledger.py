"""Statements on the ledger, on asyncpg. Transfers are only ever added."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

from guichet.kernel.together import Writes
from guichet.tickets.domain import Order
from guichet.tickets.ledger import (
    OWNER,
    Day,
    Movement,
    Transfer,
    capture_movements,
    failure_movement,
    refund_movements,
    retry_movement,
    settlement_movement,
)
from guichet.tickets.pricing import sale_parts
from guichet.tickets.repository.rows import parts_of
from guichet.tickets.repository.stock import Connection


@dataclass(frozen=True, slots=True)
class Entry:
    """A movement of an order's money, and what its cause says of it."""

    order_id: int
    movement: Movement
    currency: str
    provider_reference: str | None
    occurred_at: datetime


async def enter(writes: Writes, entries: Sequence[Entry]) -> None:
    """Enter movements of orders' money; what is entered already stays as it is."""
    if not entries:
        return
    await writes.execute(
        "INSERT INTO ledger_transfers (reference, kind, debit_account, credit_account,"
        " amount_minor, currency, order_id, provider_reference, occurred_at)"
        " SELECT n.reference, n.kind, replace(n.debit, $10, e.creator_id::text),"
        " replace(n.credit, $10, e.creator_id::text), n.amount, n.currency, n.order_id,"
        " n.provider_reference, n.occurred_at"
        " FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[],"
        " $7::text[], $8::text[], $9::timestamptz[]) WITH ORDINALITY AS n(order_id, reference,"
        " kind, debit, credit, amount, currency, provider_reference, occurred_at, position)"
        " JOIN orders o USING (order_id) JOIN offers e USING (event_id)"
        " ORDER BY n.position ON CONFLICT (reference) DO NOTHING",
        [entry.order_id for entry in entries],
        [entry.movement.reference for entry in entries],
        [entry.movement.kind for entry in entries],
        [entry.movement.debit_account for entry in entries],
        [entry.movement.credit_account for entry in entries],
        [entry.movement.amount_minor for entry in entries],
        [entry.currency for entry in entries],
        [entry.provider_reference for entry in entries],
        [entry.occurred_at for entry in entries],
        OWNER,
    )


async def transfer_captures(writes: Writes, orders: Sequence[Order]) -> None:
    """Enter what was captured for these orders, with the fees and the VAT in it."""
    await enter(
        writes,
        [
            Entry(order.order_id, movement, order.currency, payment.intent_id, payment.paid_at)
            for order in orders
            if (payment := order.payment) and payment.captured_minor and payment.paid_at
            for movement in capture_movements(
                order.order_id, payment.captured_minor, sale_parts(order.lines)
            )
        ],
    )


async def transfer_refund(connection: Connection, refund_id: int) -> None:
    """Enter a refund that has been carried out; a second time changes nothing.

    One that stands in for a returned refund takes nothing from the organiser again.
    """
    row = await connection.fetchrow(
        "SELECT r.*, o.currency FROM refunds r JOIN orders o USING (order_id)"
        " WHERE r.refund_id = $1 AND r.status = 'completed'",
        refund_id,
    )
    if row is None:
        return
    if row["retry_of"] is not None:
        moved = [retry_movement(refund_id, row["amount_minor"])]
    else:
        moved = refund_movements(refund_id, row["amount_minor"], parts_of(row["parts"]))
    await enter(connection, [_entry(row, movement, row["completed_at"]) for movement in moved])


async def transfer_failure(connection: Connection, refund_id: int) -> None:
    """Enter that the bank returned a refund, unless an adjustment of before told of it already."""
    row = await connection.fetchrow(
        "SELECT r.*, o.currency, EXISTS (SELECT 1 FROM provider_movements m"
        " JOIN ledger_transfers l ON l.reference = 'adjustment-' || m.transaction_id"
        " WHERE m.kind = 'refund_failure' AND m.source_id = r.provider_refund_id) AS is_entered"
        " FROM refunds r JOIN orders o USING (order_id)"
        " WHERE r.refund_id = $1 AND r.failed_at IS NOT NULL",
        refund_id,
    )
    if row is not None and not row["is_entered"]:
        moved = failure_movement(refund_id, row["amount_minor"])
        await enter(connection, [_entry(row, moved, row["failed_at"])])


async def transfer_settlement(connection: Connection, refund_id: int) -> None:
    """Enter that a returned refund was paid by other means."""
    row = await connection.fetchrow(
        "SELECT r.*, o.currency FROM refunds r JOIN orders o USING (order_id)"
        " WHERE r.refund_id = $1 AND r.status = 'settled'",
        refund_id,
    )
    if row is not None:
        moved = settlement_movement(refund_id, row["amount_minor"])
        await enter(connection, [_entry(row, moved, row["settled_at"])])


def _entry(row: asyncpg.Record, movement: Movement, at: datetime) -> Entry:
    return Entry(row["order_id"], movement, row["currency"], row["provider_refund_id"], at)


async def account_balances(connection: Connection) -> list[tuple[str, str, int]]:
    """Return account, currency and balance (debits less credits, minor units) of each account."""
    rows = await connection.fetch(
        "SELECT account, currency, sum(amount)::bigint AS balance FROM ("
        " SELECT debit_account AS account, currency, amount_minor AS amount FROM ledger_transfers"
        " UNION ALL SELECT credit_account, currency, -amount_minor FROM ledger_transfers"
        ") AS entries GROUP BY 1, 2 ORDER BY 1, 2"
    )
    return [(row["account"], row["currency"], row["balance"]) for row in rows]


async def transfers_of_order(connection: Connection, order_id: int) -> list[Transfer]:
    """Return what money did for an order, in the order in which it was entered."""
    rows = await connection.fetch(
        "SELECT * FROM ledger_transfers WHERE order_id = $1 ORDER BY transfer_id", order_id
    )
    return [_transfer_of(row) for row in rows]


async def lock_days(connection: Connection) -> None:
    """Let one replica at a time close days, until its transaction ends."""
    # A lock of the table itself would take the right to change what stands in it.
    await connection.execute("SELECT pg_advisory_xact_lock(hashtext('ledger_days'))")


async def closed_days(connection: Connection, limit: int | None = None) -> list[Day]:
    """Return closed days, the latest first."""
    rows = await connection.fetch("SELECT * FROM ledger_days ORDER BY day DESC LIMIT $1", limit)
    return [Day(row["day"], row["transfers"], row["last_transfer_id"], row["hash"]) for row in rows]


async def transfers_between(connection: Connection, after_id: int, up_to_id: int) -> list[Transfer]:
    """Return transfers by a range of their ids: behind the first, up to the second."""
    rows = await connection.fetch(
        "SELECT * FROM ledger_transfers WHERE transfer_id > $1 AND transfer_id <= $2"
        " ORDER BY transfer_id",
        after_id,
        up_to_id,
    )
    return [_transfer_of(row) for row in rows]


async def last_transfer_before(connection: Connection, day: date) -> int:
    """Return the highest id entered before that day began (UTC), 0 where there is none."""
    found: int = await connection.fetchval(
        "SELECT coalesce(max(transfer_id), 0) FROM ledger_transfers"
        " WHERE entered_at < $1::date::timestamp AT TIME ZONE 'UTC'",
        day,
    )
    return found


async def insert_day(connection: Connection, day: Day) -> None:
    """Store a closed day."""
    await connection.execute(
        "INSERT INTO ledger_days (day, transfers, last_transfer_id, hash) VALUES ($1, $2, $3, $4)",
        day.day,
        day.transfers,
        day.last_transfer_id,
        day.hash,
    )


def _transfer_of(row: asyncpg.Record) -> Transfer:
    return Transfer(
        transfer_id=row["transfer_id"],
        reference=row["reference"],
        kind=row["kind"],
        debit_account=row["debit_account"],
        credit_account=row["credit_account"],
        amount_minor=row["amount_minor"],
        currency=row["currency"],
        order_id=row["order_id"],
        provider_reference=row["provider_reference"],
        occurred_at=row["occurred_at"],
    )
