"""Statements on the lines of the people's inboxes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update

from guichet.kernel.database import Transaction, raw_connection
from guichet.notifications.repository.columns import columns_of
from guichet.notifications.tables import notices

CHANNEL = "notices"
"""PostgreSQL's LISTEN channel; the payload is the account's number."""

LOCKS_MAX = 1000
_LOCK_SPACE = 0x6E6F7469
_ALL_INBOXES = -1


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A line for an inbox; `details` fill its sentence."""

    dedup_key: str
    account_id: int
    kind: str
    details: dict[str, Any]


async def add(transaction: Transaction, new: Sequence[NewNotice]) -> None:
    """Store lines that are not known yet, and wake those who watch their inbox."""
    accounts = sorted({each.account_id for each in new})
    if not accounts:
        return
    await _wait_for_turn(transaction, accounts)
    connection = await raw_connection(transaction)
    await connection.execute(
        "INSERT INTO notices (dedup_key, account_id, kind, details)"
        " SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::jsonb[])"
        " ON CONFLICT (dedup_key) DO NOTHING",
        *columns_of(new, NewNotice, json={"details"}),
    )
    await connection.execute(
        "SELECT pg_notify($1, account_id::text) FROM unnest($2::bigint[]) AS account_id",
        CHANNEL,
        accounts,
    )


async def _wait_for_turn(transaction: Transaction, accounts: Sequence[int]) -> None:
    """Lock these accounts' inboxes against other lines until the end of the transaction.

    A stream asks for "all after number n": numbers must become visible in order per account. Where
    there are many accounts, all inboxes are locked at once: the database has room for some
    thousand locks, of all its sessions together.
    """
    connection = await raw_connection(transaction)
    if len(accounts) > LOCKS_MAX:
        await connection.execute(
            "SELECT pg_advisory_xact_lock($1::int, $2::int)", _LOCK_SPACE, _ALL_INBOXES
        )
        return
    await connection.execute(
        "SELECT pg_advisory_xact_lock_shared($1::int, $2::int)", _LOCK_SPACE, _ALL_INBOXES
    )
    await connection.execute(
        "SELECT pg_advisory_xact_lock($1::int, key) FROM unnest($2::int[]) AS key",
        _LOCK_SPACE,
        sorted({account_id % 2**31 for account_id in accounts}),
    )


async def before(
    transaction: Transaction, account_id: int, cursor: int | None, limit: int
) -> list[Row[Any]]:
    """Return an account's lines older than the cursor (None: the newest), newest first."""
    statement = select(notices).where(notices.c.account_id == account_id)
    if cursor is not None:
        statement = statement.where(notices.c.id < cursor)
    rows = await transaction.execute(statement.order_by(notices.c.id.desc()).limit(limit))
    return list(rows)


async def after(
    transaction: Transaction, account_id: int, last_id: int, limit: int
) -> list[Row[Any]]:
    """Return an account's lines younger than that number, oldest first."""
    rows = await transaction.execute(
        select(notices)
        .where(notices.c.account_id == account_id, notices.c.id > last_id)
        .order_by(notices.c.id)
        .limit(limit)
    )
    return list(rows)


async def newest_id(transaction: Transaction, account_id: int) -> int:
    """Return the number of an account's newest line, 0 where it has none."""
    newest = await transaction.scalar(
        select(func.max(notices.c.id)).where(notices.c.account_id == account_id)
    )
    return newest or 0


async def unread(transaction: Transaction, account_id: int) -> int:
    """Return how many lines an account has not read."""
    count = await transaction.scalar(
        select(func.count())
        .select_from(notices)
        .where(notices.c.account_id == account_id, notices.c.read_at.is_(None))
    )
    return count or 0


async def mark_read(
    transaction: Transaction, account_id: int, notice_id: int, now: datetime
) -> Row[Any] | None:
    """Mark one line of an account as read, once; return it, None where it is not theirs."""
    rows = await transaction.execute(
        update(notices)
        .where(notices.c.id == notice_id, notices.c.account_id == account_id)
        .values(read_at=func.coalesce(notices.c.read_at, now))
        .returning(notices)
    )
    return rows.first()


async def mark_all_read(transaction: Transaction, account_id: int, now: datetime) -> int:
    """Mark all lines of an account as read; return how many were not."""
    changed = await transaction.execute(
        update(notices)
        .where(notices.c.account_id == account_id, notices.c.read_at.is_(None))
        .values(read_at=now)
    )
    return changed.rowcount
