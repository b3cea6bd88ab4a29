"""One transaction a use case: all of it or nothing, and the relay is woken by commits alone."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from guichet.kernel import database as database_module
from guichet.kernel.database import Database, mark_outbox_written, raw_connection
from guichet.kernel.outbox import enqueue
from guichet.kernel.tables import outbox
from tests.kernel.conftest import new_message

Noted = new_message()


async def count(database: Database) -> int:
    async with database.reading() as connection:
        return await connection.scalar(select(func.count()).select_from(outbox)) or 0


async def test_a_transaction_commits_at_its_end(database: Database) -> None:
    async with database.transaction() as transaction:
        await enqueue(transaction, Noted.model_validate({"number": 1}))
        assert await count(database) == 0
    assert await count(database) == 1


async def test_an_error_takes_everything_back(database: Database) -> None:
    with pytest.raises(KeyError):
        async with database.transaction() as transaction:
            await enqueue(transaction, Noted.model_validate({"number": 1}))
            raise KeyError
    assert await count(database) == 0


async def test_only_a_commit_wakes_the_relay(database: Database) -> None:
    with pytest.raises(KeyError):
        async with database.transaction() as transaction:
            mark_outbox_written(transaction)
            raise KeyError
    async with database.transaction() as transaction:
        await transaction.execute(text("SELECT 1"))
    assert not database.outbox_written.is_set()
    async with database.transaction() as transaction:
        mark_outbox_written(transaction)
        assert not database.outbox_written.is_set()
    assert database.outbox_written.is_set()


async def test_reading_sees_what_was_committed_meanwhile(database: Database) -> None:
    async with database.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(outbox)) == 0
        async with database.transaction() as transaction:
            await enqueue(transaction, Noted.model_validate({"number": 1}))
        assert await connection.scalar(select(func.count()).select_from(outbox)) == 1


async def test_a_snapshot_sees_one_moment_whatever_commits_meanwhile(database: Database) -> None:
    async with database.snapshot() as connection:
        assert await connection.scalar(select(func.count()).select_from(outbox)) == 0
        async with database.transaction() as transaction:
            await enqueue(transaction, Noted.model_validate({"number": 1}))
        assert await connection.scalar(select(func.count()).select_from(outbox)) == 0
    assert await count(database) == 1


@pytest.mark.parametrize("how", ["reading", "snapshot"])
async def test_a_connection_that_was_read_with_is_fit_for_a_transaction(
    empty_dsn: str, database: Database, how: str
) -> None:
    """Reads commit by themselves or may not write; the next user of the connection is unlike."""
    alone = Database(empty_dsn, application="kernel-test", connections_max=1)
    async with getattr(alone, how)() as connection:
        await connection.execute(text("SELECT 1"))
    with pytest.raises(KeyError):
        async with alone.transaction() as transaction:
            await enqueue(transaction, Noted.model_validate({"number": 1}))
            raise KeyError
    await alone.close()
    assert await count(database) == 0


@pytest.mark.parametrize("is_hot", [True, False])
async def test_who_stops_in_a_transaction_does_not_keep_its_locks(
    empty_dsn: str, monkeypatch: pytest.MonkeyPatch, is_hot: bool
) -> None:
    """A stopped process, to the server, is one that says nothing more."""
    monkeypatch.setattr(database_module, "IDLE_IN_TRANSACTION_SECONDS_MAX", 3)
    stopped = Database(empty_dsn, application="kernel-test", hot_connections=1)
    other = Database(empty_dsn, application="kernel-test")
    await stopped.open()
    lock = "SELECT pg_advisory_xact_lock(7)"
    # The driver names the end of its connection by what it was doing just then.
    ended = (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
    with pytest.raises(ended):
        async with (
            _locked(stopped, lock, is_hot=is_hot),
            asyncio.timeout(60),
            other.transaction() as transaction,
        ):
            await transaction.execute(text(lock))
    async with stopped.transaction() as transaction:
        assert await transaction.scalar(text("SELECT 1")) == 1, "and it goes on with another one"
    await stopped.close()
    await other.close()


@asynccontextmanager
async def _locked(database: Database, lock: str, *, is_hot: bool) -> AsyncGenerator[None]:
    """Hold a lock in a transaction of one of the pools; raises where it could not commit."""
    if is_hot:
        async with database.hot.acquire() as connection, connection.transaction():
            await connection.execute(lock)
            yield
    else:
        async with database.transaction() as transaction:
            await transaction.execute(text(lock))
            yield


async def test_the_raw_connection_is_inside_the_transaction(database: Database) -> None:
    with pytest.raises(KeyError):
        async with database.transaction() as transaction:
            raw = await raw_connection(transaction)
            await raw.execute("INSERT INTO outbox (subject, payload) VALUES ('a.b.c', '{}')")
            raise KeyError
    assert await count(database) == 0
    async with database.transaction() as transaction:
        raw = await raw_connection(transaction)
        await raw.execute("INSERT INTO outbox (subject, payload) VALUES ('a.b.c', '{}')")
    assert await count(database) == 1


async def test_the_hot_pool_is_there_where_it_was_asked_for(
    empty_dsn: str, database: Database
) -> None:
    with pytest.raises(RuntimeError):
        assert database.hot
    hot = Database(empty_dsn, application="kernel-test", hot_connections=2)
    with pytest.raises(RuntimeError):
        assert hot.hot
    await hot.open()
    assert await hot.hot.fetchval("SHOW timezone") == "UTC"
    assert await hot.hot.fetchval("SHOW application_name") == "kernel-test-hot"
    await hot.close()


async def test_a_lost_connection_is_replaced(empty_dsn: str, database: Database) -> None:
    """As after a restart of the server: the next use case does not see the broken connection."""
    async with database.reading() as connection:
        own = await connection.scalar(text("SELECT pg_backend_pid()"))
    killer = await asyncpg.connect(empty_dsn)
    await killer.execute("SELECT pg_terminate_backend($1)", own)
    await killer.close()
    assert await count(database) == 0


async def test_an_error_does_not_repeat_its_parameters(database: Database) -> None:
    with pytest.raises(DBAPIError) as error:
        async with database.transaction() as transaction:
            statement = text("INSERT INTO outbox (id, subject) VALUES (1, :secret)")
            await transaction.execute(statement, {"secret": "hunter2-hunter2"})
    assert "hunter2" not in str(error.value).partition("DETAIL")[0]


async def test_a_database_that_is_away_is_noticed() -> None:
    away = Database("postgresql://nobody:x@127.0.0.1:1/none", application="x")
    with pytest.raises(OSError):
        await away.open()
    await away.close()
