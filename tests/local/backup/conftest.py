"""Five databases with something in them, named by the settings as in production."""

from collections.abc import Callable, Mapping
from pathlib import Path

import asyncpg
import pytest

from guichet.local.backup.snapshots import ORDER
from guichet.local.plan import Plan
from guichet.local.servers import PostgresServer, run_apart

Fill = Callable[[str, str], None]
"""Runs a statement on the database of a service."""


@pytest.fixture
def dsns(
    postgres: PostgresServer,
    migrated_templates: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Mapping[str, str]:
    """Five fresh, migrated databases, and the environment of a command that is to meet them."""
    found: dict[str, str] = {}
    for service in ORDER:
        template, name = migrated_templates(service), f"backup_{service}"
        postgres.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        postgres.execute(f'CREATE DATABASE "{name}" OWNER "{template}" TEMPLATE "{template}"')
        found[service] = postgres.dsn(service, name)
        monkeypatch.setenv(f"GUICHET_{service.upper()}_DSN", found[service])
    monkeypatch.setenv("GUICHET_STORAGE_DIR", str(tmp_path / "storage"))
    monkeypatch.setenv("GUICHET_BACKUP_DIR", str(tmp_path / "backups"))
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    return found


@pytest.fixture
def plan(dsns: Mapping[str, str]) -> Plan:
    """The system of these databases."""
    assert dsns
    return Plan.from_environment()


async def _run(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
def fill(dsns: Mapping[str, str]) -> Fill:
    """Return how to change a database."""
    return lambda service, statement: run_apart(_run(dsns[service], statement))


def value(dsn: str, query: str) -> object:
    """Return the first value of a query."""

    async def ask() -> object:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    return run_apart(ask())
