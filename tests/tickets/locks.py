"""Whether a lock keeps other replicas out: the same act on two of the database's connections."""

from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from guichet.tickets.repository.stock import Connection
from tests.tickets.conftest import Shop

Act = Callable[[Connection], Awaitable[object]]

_IMPATIENT = "SET LOCAL lock_timeout = '100ms'"


async def check_keeps_others_out(shop: Shop, lock: Act, other: Act | None = None) -> None:
    """Take a lock on one connection: who wants the same on another one, or `other`, has to wait."""
    async with shop.database.hot.acquire() as first, first.transaction():
        await lock(first)
        async with shop.database.hot.acquire() as second, second.transaction():
            await second.execute(_IMPATIENT)
            with pytest.raises(asyncpg.LockNotAvailableError):
                await (other or lock)(second)


async def check_is_taken_by_one(shop: Shop, take: Act) -> None:
    """Take what waits: who looks meanwhile on another connection finds nothing, and at once."""
    async with shop.database.hot.acquire() as first, first.transaction():
        assert await take(first)
        async with shop.database.hot.acquire() as second, second.transaction():
            await second.execute(_IMPATIENT)
            assert not await take(second)
