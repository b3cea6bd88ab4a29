"""`guichet payments`: what it says, and its exit status."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from guichet.local import payment_backups
from guichet.local.errors import LocalError
from guichet.local.servers import run_apart

KEY = base64.b64encode(b"k" * 32).decode()


@pytest.fixture(autouse=True)
def dsn(database_dsn: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Let the commands find a database of their own, with one payment, and a folder."""
    address = database_dsn("tickets")
    for name, value in {
        "TICKETS_DSN": address,
        "TICKETS_LINK_SECRET": "a secret for tests alone",
        "TICKETS_BACKUP_KEY": KEY,
        "BACKUP_DIR": str(tmp_path / "backups"),
        "STORAGE_DIR": str(tmp_path / "storage"),
    }.items():
        monkeypatch.setenv(f"GUICHET_{name}", value)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    run_apart(_one_payment(address))
    return address


async def _execute(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _one_payment(dsn: str) -> None:
    await _execute(
        dsn,
        "TRUNCATE payments, orders, offers, payment_backup_runs CASCADE",
        "INSERT INTO offers (event_id, version, title, status, creator_id, starts_at, time_zone,"
        " location, currency, per_order_max) VALUES (1, 1, 'Concert', 'published', 3, now(),"
        " 'Europe/Paris', 'Lyon', 'EUR', 10)",
        "INSERT INTO orders (order_id, event_id, buyer, buyer_name, buyer_email, language, lines,"
        " total_minor, currency, state) VALUES (17, 1, 'b', 'Ada', 'ada@example.com', 'fr',"
        " '[]', 2000, 'EUR', 'issued')",
        "INSERT INTO payments (order_id, amount_minor, captured_minor, currency, status, method,"
        " return_url) VALUES (17, 2000, 2000, 'EUR', 'completed', 'card', '')",
    )


def test_a_backup_reads_back_equal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    said = payment_backups.back_up(everything=False)
    assert said.startswith(f"1 payments backed up to {tmp_path / 'backups'}")
    assert payment_backups.restore_check(None)
    lines = {
        " ".join(line.split()[:-1]): line.split()[-1]
        for line in capsys.readouterr().out.splitlines()
        if line.strip()
    }
    assert lines["payments equal"] == "1"
    assert lines["missing from the backup"] == "0"


def test_a_loss_is_named_and_is_no_success(capsys: pytest.CaptureFixture[str], dsn: str) -> None:
    payment_backups.back_up(everything=True)
    run_apart(_execute(dsn, "DELETE FROM payments"))
    assert not payment_backups.restore_check(None)
    assert "payment-17" in capsys.readouterr().out


def test_one_payment_is_shown_by_either_name() -> None:
    payment_backups.back_up(everything=False)
    shown = [json.loads(payment_backups.restore_read(name)) for name in ("payment-17", "17")]
    assert shown[0] == shown[1]
    assert shown[0]["amount_minor"] == 2000
    assert shown[0]["backup"].startswith("payment_backups/")
    for unknown in ("18", "payment-x"):
        with pytest.raises(LocalError, match="holds the payment"):
            payment_backups.restore_read(unknown)


def test_a_moment_that_is_none_is_said() -> None:
    with pytest.raises(LocalError, match="is not a time"):
        payment_backups.restore_check("yesterday")
    assert payment_backups.restore_check("2020-01-01T00:00:00")


def test_what_is_missing_or_wrong_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUICHET_TICKETS_BACKUP_KEY", "")
    with pytest.raises(LocalError, match="GUICHET_TICKETS_BACKUP_KEY"):
        payment_backups.back_up(everything=False)
    monkeypatch.setenv("GUICHET_TICKETS_BACKUP_KEY", "short")
    with pytest.raises(LocalError, match="not valid"):
        payment_backups.back_up(everything=False)
    monkeypatch.setenv("GUICHET_TICKETS_BACKUP_KEY", KEY)
    monkeypatch.setenv("GUICHET_BACKUP_DIR", "/dev/null/backups")
    with pytest.raises(LocalError, match="did not succeed"):
        payment_backups.back_up(everything=False)
