"""Migrations bring an empty database to the declared tables, and may be run at any time."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest

from guichet.kernel.migrations import alembic_config, upgrade
from guichet.local.servers import PostgresServer

SERVICE = "users"
TABLES = {"alembic_version", "outbox", "inbox", "dead_letters", "profiles"}


@pytest.fixture
def fresh_dsn(postgres: PostgresServer) -> Iterator[str]:
    postgres.execute('CREATE DATABASE "test_migrations" OWNER "guichet_users"')
    yield postgres.dsn(SERVICE, "test_migrations")
    postgres.execute('DROP DATABASE "test_migrations" WITH (FORCE)')


async def tables(dsn: str) -> set[str]:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()
    return {row["tablename"] for row in rows}


async def test_an_empty_database_gets_every_table(fresh_dsn: str) -> None:
    assert await tables(fresh_dsn) == set()
    await upgrade(SERVICE, fresh_dsn)
    assert await tables(fresh_dsn) >= TABLES


async def test_running_again_changes_nothing(fresh_dsn: str) -> None:
    await upgrade(SERVICE, fresh_dsn)
    connection = await asyncpg.connect(fresh_dsn)
    await connection.execute("INSERT INTO outbox (subject, payload) VALUES ('a.b.c', '{}')")
    await upgrade(SERVICE, fresh_dsn)
    assert await connection.fetchval("SELECT count(*) FROM outbox") == 1
    await connection.close()


async def test_two_at_once_wait_for_each_other(fresh_dsn: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(_upgrade_apart, fresh_dsn) for _ in range(3)))
    assert await tables(fresh_dsn) >= TABLES


def _upgrade_apart(dsn: str) -> None:
    asyncio.run(upgrade(SERVICE, dsn))


async def test_a_database_that_is_away_is_an_error() -> None:
    with pytest.raises(OSError):
        await upgrade(SERVICE, "postgresql://nobody:x@127.0.0.1:1/none")


def test_each_service_has_its_own_scripts() -> None:
    with pytest.raises(ModuleNotFoundError):
        alembic_config("nothing")
    location = alembic_config(SERVICE).get_main_option("script_location")
    assert location is not None
    assert location.endswith("/guichet/users/migrations")
