"""A person's inbox: reading it, marking it, following it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from guichet.kernel.database import Database
from guichet.notifications.domain import NoSuchNotice
from guichet.notifications.repository import notices

STREAM_ROWS_MAX = 100


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Lines, newest first; `next_cursor` is None on the last page."""

    rows: list[Row[Any]]
    next_cursor: int | None
    unread: int


async def page(database: Database, account_id: int, cursor: int | None, limit: int) -> InboxPage:
    """Return the lines older than the cursor, and how many lines are unread in all."""
    async with database.reading() as transaction:
        rows = await notices.before(transaction, account_id, cursor, limit + 1)
        unread = await notices.unread(transaction, account_id)
    has_more = len(rows) > limit
    rows = rows[:limit]
    return InboxPage(rows, rows[-1].id if has_more else None, unread)


async def mark_read(database: Database, account_id: int, notice_id: int, now: datetime) -> Row[Any]:
    """Mark a line as read; `NoSuchNotice` where it is not this account's."""
    async with database.transaction() as transaction:
        row = await notices.mark_read(transaction, account_id, notice_id, now)
    if row is None:
        raise NoSuchNotice
    return row


async def mark_all_read(database: Database, account_id: int, now: datetime) -> int:
    """Mark every line as read; return how many were not."""
    async with database.transaction() as transaction:
        return await notices.mark_all_read(transaction, account_id, now)


async def newest_id(database: Database, account_id: int) -> int:
    """Return where a stream begins that is only to show what comes."""
    async with database.reading() as transaction:
        return await notices.newest_id(transaction, account_id)


async def news(database: Database, account_id: int, last_id: int) -> tuple[list[Row[Any]], int]:
    """Return the lines after that one, oldest first, and how many are unread in all."""
    async with database.reading() as transaction:
        rows = await notices.after(transaction, account_id, last_id, STREAM_ROWS_MAX)
        return rows, await notices.unread(transaction, account_id) if rows else 0
