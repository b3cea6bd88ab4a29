"""Statements on the ledger, on asyncpg. Transfers are only ever added."""

from collections.abc import Sequence
from datetime import date

import asyncpg

from guichet.tickets.ledger import Day, Transfer
from guichet.tickets.repository.stock import Connection


async def transfer_captures(connection: Connection, order_ids: Sequence[int]) -> None:
    """Enter what was captured for these orders; what is entered already stays as it is."""
    if not order_ids:
        return
    await connection.execute(
        "INSERT INTO ledger_transfers (reference, kind, debit_account, credit_account,"
        " amount_minor, currency, order_id, provider_reference, occurred_at)"
        " SELECT 'capture-' || p.order_id, 'capture', 'provider', 'organiser:' || e.creator_id,"
        " p.captured_minor, p.currency, p.order_id, p.intent_id, p.paid_at"
        " FROM payments p JOIN orders o USING (order_id) JOIN offers e USING (event_id)"
        " WHERE p.order_id = ANY($1::bigint[]) AND p.captured_minor > 0"
        " ON CONFLICT (reference) DO NOTHING",
        order_ids,
    )


async def transfer_refund(connection: Connection, refund_id: int) -> None:
    """Enter a refund that has been carried out; a second time changes nothing."""
    await connection.execute(
        "INSERT INTO ledger_transfers (reference, kind, debit_account, credit_account,"
        " amount_minor, currency, order_id, provider_reference, occurred_at)"
        " SELECT 'refund-' || r.refund_id, 'refund', 'organiser:' || e.creator_id, 'provider',"
        " r.amount_minor, o.currency, r.order_id, r.provider_refund_id, r.completed_at"
        " FROM refunds r JOIN orders o USING (order_id) JOIN offers e USING (event_id)"
        " WHERE r.refund_id = $1 AND r.status = 'completed' ON CONFLICT (reference) DO NOTHING",
        refund_id,
    )


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
    await connection.execute("LOCK TABLE ledger_days IN SHARE ROW EXCLUSIVE MODE")


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
