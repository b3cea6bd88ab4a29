"""Migrations run by name, and again without harm."""

import asyncpg
import pytest

from guichet.local import migrate
from guichet.local.servers import PostgresServer, run_apart


def tables_of(dsn: str) -> set[str]:
    async def ask() -> set[str]:
        connection = await asyncpg.connect(dsn)
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        await connection.close()
        return {row["tablename"] for row in rows}

    return run_apart(ask())


def test_a_service_is_migrated_where_the_environment_says(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.execute('CREATE DATABASE "fresh_users" OWNER "guichet_users"')
    dsn = postgres.dsn("users", "fresh_users")
    monkeypatch.setenv("GUICHET_USERS_DSN", dsn)
    assert tables_of(dsn) == set()
    migrate.migrate("users")
    made = tables_of(dsn)
    assert {"alembic_version", "outbox"} <= made
    migrate.run("users")
    assert tables_of(dsn) == made
