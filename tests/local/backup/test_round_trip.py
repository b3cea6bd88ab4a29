"""From databases to a backup and back; tests/system does the same with a whole system."""

import json
import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from guichet.kernel.clock import now
from guichet.local.backup import commands, taking
from guichet.local.backup.checking import check_backup, expect_good
from guichet.local.backup.loading import ID_GAP, has_tables
from guichet.local.backup.manifest import SHELF, check_files, find, read_manifest, shelf
from guichet.local.backup.restoring import opened_secrets, restore
from guichet.local.backup.settings import BackupSettings, keyring, read_backup_settings
from guichet.local.backup.status import read_status
from guichet.local.backup.taking import take_backup
from guichet.local.development_secrets import ensure_secrets
from guichet.local.errors import LocalError
from guichet.local.plan import Plan
from guichet.local.servers import run_apart
from tests.local.backup.conftest import Fill, value

ACCOUNTS = "SELECT count(*) FROM inbox"
MARK = "INSERT INTO inbox (message_id) VALUES ('tickets-1-1')"
SENT = (
    "INSERT INTO outbox (subject, payload, sent_at)"
    " SELECT 'tickets.x', '{}', now() FROM generate_series(1, 3)"
)


@pytest.fixture
def settings(plan: Plan) -> BackupSettings:
    assert plan
    return read_backup_settings()


def taken(plan: Plan, settings: BackupSettings, fill: Fill) -> Path:
    """Back up something that can be recognised."""
    fill("users", MARK)
    fill("tickets", SENT)
    return take_backup(plan, settings)


def test_a_backup_tells_what_it_holds(plan: Plan, settings: BackupSettings, fill: Fill) -> None:
    backup = taken(plan, settings, fill)
    manifest = read_manifest(backup)
    assert set(manifest.databases) == {"auth", "users", "events", "tickets", "notifications"}
    assert manifest.databases["users"].rows["inbox"] == 1
    assert manifest.databases["tickets"].rows["outbox"] == 3
    assert manifest.databases["tickets"].migration
    assert manifest.is_consistent
    check_files(backup, manifest)
    assert find(backup.parents[1], "latest") == backup
    assert all(file.stat().st_mode & 0o077 == 0 for file in backup.glob("*.dump"))


def test_it_comes_back_into_empty_databases_ready_to_go_on(
    plan: Plan, settings: BackupSettings, fill: Fill, dsns: Mapping[str, str]
) -> None:
    backup = taken(plan, settings, fill)
    for service in dsns:
        fill(service, "DROP SCHEMA public CASCADE")
        fill(service, "CREATE SCHEMA public")
    name, aside = restore(plan, settings, "latest", into=None, force=False)
    assert (name, aside) == (backup.name, None)
    assert value(dsns["users"], ACCOUNTS) == 1
    tickets = dsns["tickets"]
    assert value(tickets, "SELECT count(*) FROM outbox WHERE sent_at IS NULL") == 3
    assert value(tickets, "SELECT nextval(pg_get_serial_sequence('outbox', 'id'))") == ID_GAP + 4
    assert not plan.storage.secrets.exists(), "production has secrets of its own"


def test_databases_with_data_are_replaced_only_when_told_so(
    plan: Plan, settings: BackupSettings, fill: Fill, dsns: Mapping[str, str]
) -> None:
    taken(plan, settings, fill)
    fill("users", MARK.replace("1-1", "2-2"))
    with pytest.raises(LocalError, match="holds data already"):
        restore(plan, settings, "latest", into=None, force=False)
    assert value(dsns["users"], ACCOUNTS) == 2
    restore(plan, settings, "latest", into=None, force=True)
    assert value(dsns["users"], ACCOUNTS) == 1
    again = take_backup(plan, settings)
    restore(plan, settings, again.name, into=None, force=True)


def test_a_damaged_file_is_found_before_anything_is_touched(
    plan: Plan, settings: BackupSettings, fill: Fill, dsns: Mapping[str, str]
) -> None:
    backup = taken(plan, settings, fill)
    dump = backup / "users.dump"
    dump.write_bytes(dump.read_bytes()[:-1] + b"?")
    with pytest.raises(LocalError, match=r"users\.dump"):
        restore(plan, settings, "latest", into=None, force=True)
    with pytest.raises(LocalError, match=r"users\.dump"):
        check_backup(plan, settings, "latest")
    assert run_apart(has_tables(dsns["users"]))


def test_a_check_restores_elsewhere_and_finds_contradictions(
    plan: Plan, settings: BackupSettings, fill: Fill, dsns: Mapping[str, str]
) -> None:
    good = taken(plan, settings, fill)
    name, findings = check_backup(plan, settings, "latest")
    assert name == good.name
    assert len(findings) >= 5
    expect_good(name, findings)
    fill(
        "tickets",
        "INSERT INTO offers (event_id, version, title, status, creator_id, starts_at, time_zone,"
        " location, currency, per_order_max) VALUES (1, 1, 'Concert', 'published', 3, now(),"
        " 'Europe/Paris', 'Lyon', 'EUR', 10)",
    )
    fill(
        "tickets",
        "INSERT INTO stock (ticket_type_id, event_id, name, price_minor, capacity, sold)"
        " VALUES (1, 1, 'Standard', 2000, 10, 4)",
    )
    fill("users", "DELETE FROM inbox")
    shutil.rmtree(good)
    take_backup(plan, settings)
    with pytest.raises(LocalError, match="contradicts itself"):
        expect_good(*check_backup(plan, settings, "latest"))
    assert value(dsns["users"], ACCOUNTS) == 0, "the check has not touched the databases"


UNSEALED_FOR_AN_HOUR = (
    "INSERT INTO audit_entries (occurred_at, actor_role, action, subject, request_id, reason)"
    " VALUES (now() - interval '1 hour', 'system', 'a', 'b', '', '')"
)


def test_a_backup_is_judged_as_of_the_moment_it_was_taken(
    plan: Plan, settings: BackupSettings, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_hour_ago = now() - timedelta(hours=1)
    fill("tickets", UNSEALED_FOR_AN_HOUR)
    with monkeypatch.context() as patched:
        patched.setattr(taking, "now", lambda: an_hour_ago)
        during_a_sale = take_backup(plan, settings).name
    expect_good(*check_backup(plan, settings, during_a_sale))
    an_hour_later = take_backup(plan, settings).name
    with pytest.raises(LocalError, match="never sealed"):
        expect_good(*check_backup(plan, settings, an_hour_later))


def test_the_secrets_open_with_their_key_alone(
    plan: Plan, settings: BackupSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plan.storage.prepare()
    drawn = ensure_secrets(plan.storage.secrets, cluster_exists=False)
    nats_password = drawn["GUICHET_NATS_PASSWORD"].encode()
    backup = take_backup(plan, settings)
    manifest = read_manifest(backup)
    folder = tmp_path / "backups"
    assert not any(nats_password in file.read_bytes() for file in backup.iterdir())
    opened = opened_secrets(backup, manifest, settings, folder, may_lack=False)
    assert opened == plan.storage.secrets.read_bytes()
    monkeypatch.setenv("GUICHET_BACKUP_KEY", "b" * 43)
    with pytest.raises(LocalError, match="does not open"):
        opened_secrets(backup, manifest, read_backup_settings(), folder, may_lack=True)


def test_without_secrets_there_is_no_own_cluster(
    plan: Plan, settings: BackupSettings, tmp_path: Path
) -> None:
    backup = take_backup(plan, settings)
    with pytest.raises(LocalError, match="GUICHET_\\*_DSN"):
        opened_secrets(
            backup, read_manifest(backup), settings, tmp_path / "backups", may_lack=False
        )


def test_the_books_of_the_sandbox_come_along_as_whole_lines(
    plan: Plan, settings: BackupSettings
) -> None:
    plan.storage.prepare()
    journal = plan.storage.root / "sandbox" / "journal.jsonl"
    journal.parent.mkdir()
    journal.write_text('{"a": 1}\n{"b": 2}\n{"cut o')
    take_backup(plan, settings)
    journal.unlink()
    restore(plan, settings, "latest", into=None, force=True)
    assert journal.read_text() == '{"a": 1}\n{"b": 2}\n'
    assert json.loads(plan.storage.restored.read_text())["backup"]


def test_a_backup_that_fails_leaves_nothing_and_says_so(
    plan: Plan, settings: BackupSettings, fill: Fill, tmp_path: Path
) -> None:
    fill("events", "DROP TABLE alembic_version")
    with pytest.raises(LocalError, match="no tables yet"):
        commands.take()
    assert list((tmp_path / "backups" / SHELF).iterdir()) == []
    status = read_status(tmp_path / "backups")
    assert status.backup is not None
    assert not status.backup.is_good
    assert plan
    assert settings


def test_what_a_killed_run_left_is_removed_and_two_do_not_meet(
    plan: Plan, settings: BackupSettings, tmp_path: Path
) -> None:
    leftover = tmp_path / "backups" / SHELF / "20260101T000000Z.part"
    leftover.mkdir(parents=True)
    with (
        taking._one_at_a_time(tmp_path / "backups"),  # pyright: ignore[reportPrivateUsage] - held as a run holds it
        pytest.raises(LocalError, match="under way"),
    ):
        take_backup(plan, settings)
    take_backup(plan, settings)
    assert not leftover.exists()


def test_old_backups_go_by_the_rule(plan: Plan, tmp_path: Path) -> None:
    keyring(BackupSettings(), tmp_path / "backups", may_draw=True)
    old = tmp_path / "backups" / SHELF / "20200101T000000Z"
    old.mkdir(parents=True)
    (old / "manifest.json").write_text("{}")
    narrow = BackupSettings(backup_daily=1, backup_weekly=0, backup_monthly=0)
    backup = take_backup(plan, narrow)
    assert shelf(tmp_path / "backups") == [backup.name]


def test_the_commands_say_what_they_did(
    plan: Plan, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert plan
    with pytest.raises(LocalError, match="make backup"):
        commands.show()
    commands.take()
    said = capsys.readouterr().out
    assert str(tmp_path / "backups" / SHELF) in said
    assert "backups.key" in said
    commands.show()
    assert "0 orders, 0 tickets" in capsys.readouterr().out
    commands.check("latest")
    assert "✓" in capsys.readouterr().out
    commands.restore("latest", into=None, force=True)
    assert "make up" in capsys.readouterr().out
    with pytest.raises(LocalError, match="is no backup"):
        commands.restore("yesterday", into=None, force=True)


@pytest.mark.usefixtures("logs_as_before")
def test_the_scheduled_one_is_checked_weekly_and_logs_failures(
    plan: Plan, fill: Fill, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    commands.take_scheduled()
    first = read_status(folder)
    assert first.check is not None
    assert first.check.is_good
    fill("events", "DROP TABLE alembic_version")
    with pytest.raises(LocalError):
        commands.take_scheduled()
    status = read_status(folder)
    assert status.check == first.check
    assert status.backup is not None
    assert not status.backup.is_good
    logged = (plan.storage.logs / "backups.log").read_text()
    assert "backup failed" in logged
