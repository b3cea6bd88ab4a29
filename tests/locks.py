"""Whether a lock keeps others out: one process never shows it, only a second transaction does."""

from collections.abc import Awaitable, Callable

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from guichet.kernel.database import Database, Transaction

Act = Callable[[Transaction], Awaitable[object]]

_IMPATIENT = text("SET LOCAL lock_timeout = '100ms'")


async def check_keeps_others_out(database: Database, lock: Act, other: Act | None = None) -> None:
    """Take a lock: another transaction that wants the same (or does `other`) has to wait."""
    async with database.transaction() as first:
        await lock(first)
        with pytest.raises((DBAPIError, asyncpg.PostgresError), match="lock timeout"):
            async with database.transaction() as second:
                await second.execute(_IMPATIENT)
                await (other or lock)(second)


async def check_is_taken_by_one(database: Database, take: Act) -> None:
    """Take what waits: another transaction that looks meanwhile finds nothing, and at once."""
    async with database.transaction() as first:
        assert await take(first)
        async with database.transaction() as second:
            await second.execute(_IMPATIENT)
            assert not await take(second)
