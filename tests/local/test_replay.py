"""Replay marks what was written since a time as unsent, and nothing older."""

from datetime import UTC, datetime

import asyncpg
import pytest

from guichet.local.errors import LocalError
from guichet.local.replay import replay
from guichet.local.servers import run_apart
from tests.conftest import DatabaseDsn


def test_only_what_is_young_enough_goes_again(
    database_dsn: DatabaseDsn, monkeypatch: pytest.MonkeyPatch
) -> None:
    dsn = database_dsn("users")
    monkeypatch.setenv("GUICHET_USERS_DSN", dsn)
    run_apart(write_three(dsn))
    assert replay("users", "2026-01-02T00:00:00Z") == 2
    assert run_apart(waiting(dsn)) == ["b", "c"]
    assert replay("users", "2025-01-01") == 3


async def write_three(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    for day, subject in enumerate("abc", start=1):
        await connection.execute(
            "INSERT INTO outbox (subject, payload, headers, created_at, sent_at)"
            " VALUES ($1, '{}', '{}', $2, now())",
            subject,
            datetime(2026, 1, day, 12, tzinfo=UTC),
        )
    await connection.close()


async def waiting(dsn: str) -> list[str]:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch("SELECT subject FROM outbox WHERE sent_at IS NULL ORDER BY id")
    await connection.close()
    return [row["subject"] for row in rows]


def test_a_time_that_is_none_is_said() -> None:
    with pytest.raises(LocalError) as refusal:
        replay("users", "yesterday")
    assert "2027-06-15T09:00:00Z" in str(refusal.value)
