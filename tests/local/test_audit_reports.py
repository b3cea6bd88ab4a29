"""What `guichet audit` prints of real logs."""

import asyncpg
import pytest

from guichet.kernel.audit import Change, record_hot, seal
from guichet.kernel.audit_reading import EntryFilter
from guichet.kernel.context import Actor
from guichet.local import audit_reports
from guichet.local.errors import LocalError
from guichet.local.servers import run_apart
from guichet.verify.audit import LOGGING
from tests.conftest import DatabaseDsn


@pytest.fixture(autouse=True)
def logs(
    database_dsn: DatabaseDsn, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("COLUMNS", "300")
    for service in LOGGING:
        dsn = database_dsn(service)
        monkeypatch.setenv(f"GUICHET_{service.upper()}_DSN", dsn)
        run_apart(_enter(dsn, f"{service}.thing.{request.node.name}"))


async def _enter(dsn: str, action: str) -> None:
    connection = await asyncpg.connect(dsn)
    change = Change(action, "thing:1", {"size": 1}, {"size": 2}, "asked", Actor(17, "admin"), "r-1")
    async with connection.transaction():
        await record_hot(connection, [change])
        await seal(connection)
    await connection.close()


async def _spoil(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "ALTER TABLE audit_entries DISABLE TRIGGER USER; UPDATE audit_entries SET reason = 'x'"
    )
    await connection.close()


def test_entries_of_all_services_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    audit_reports.show_entries(None, EntryFilter())
    printed = capsys.readouterr().out
    for service in LOGGING:
        assert f"{service}.thing.test_entries" in printed
    for said in ("account 17 (admin)", "size 1", "size 2", "asked", "r-1"):
        assert said in printed


def test_one_service_and_a_filter(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    audit_reports.show_entries("auth", EntryFilter(action="auth.thing"))
    printed = capsys.readouterr().out
    assert "compte 17 (admin)" in printed
    assert "tickets.thing" not in printed
    audit_reports.show_entries("auth", EntryFilter(action="nothing"))
    assert "compte 17" not in capsys.readouterr().out


def test_a_service_without_a_log_is_said() -> None:
    with pytest.raises(LocalError, match="gateway"):
        audit_reports.show_entries("gateway", EntryFilter())


def test_a_server_that_is_away_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUICHET_AUTH_DSN", "postgresql://a:b@127.0.0.1:1/none")
    with pytest.raises(LocalError, match="make up"):
        audit_reports.verify_chains("auth")
    with pytest.raises(LocalError, match="make up"):
        audit_reports.show_entries("auth", EntryFilter())


def test_chains_hold_until_somebody_changes_an_entry(
    capsys: pytest.CaptureFixture[str], database_dsn: DatabaseDsn
) -> None:
    assert audit_reports.verify_chains(None) is True
    assert capsys.readouterr().out.count("chain unbroken") == len(LOGGING)
    run_apart(_spoil(database_dsn("events")))
    assert audit_reports.verify_chains(None) is False
    printed = capsys.readouterr().out
    assert "events: chain broken" in printed
    assert "was changed" in printed
    assert audit_reports.verify_chains("auth") is True
