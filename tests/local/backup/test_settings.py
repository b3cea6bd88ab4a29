"""Where backups and their key lie."""

from pathlib import Path

import pytest

from guichet.local.backup.settings import (
    BackupSettings,
    folder_of,
    key_file,
    keyring,
    read_backup_settings,
)
from guichet.local.errors import LocalError
from guichet.local.plan import Plan


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.delenv("GUICHET_BACKUP_DIR", raising=False)
    monkeypatch.setenv("GUICHET_STORAGE_DIR", str(tmp_path / "storage"))
    return Plan.from_environment()


def test_backups_lie_beside_the_storage_and_not_in_it(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert folder_of(BackupSettings(), plan) == tmp_path / "backups"
    monkeypatch.setenv("GUICHET_STORAGE_DIR", str(tmp_path / "second"))
    assert folder_of(BackupSettings(), Plan.from_environment()) == tmp_path / "second-backups"
    monkeypatch.setenv("GUICHET_BACKUP_DIR", str(tmp_path / "elsewhere"))
    assert folder_of(BackupSettings(), plan) == tmp_path / "elsewhere"


def test_the_key_is_drawn_once_and_lies_beside_the_backups(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    drawn = keyring(BackupSettings(), folder, may_draw=True)
    file = key_file(folder)
    assert file == tmp_path / "backups.key"
    assert file.stat().st_mode & 0o077 == 0
    assert keyring(BackupSettings(), folder, may_draw=False) == drawn


def test_a_missing_or_broken_key_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    with pytest.raises(LocalError, match="GUICHET_BACKUP_KEY"):
        keyring(BackupSettings(), folder, may_draw=False)
    key_file(folder).write_text("short")
    with pytest.raises(LocalError, match=r"backups\.key"):
        keyring(BackupSettings(), folder, may_draw=True)


def test_the_setting_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUICHET_BACKUP_KEY", "a" * 43)
    keyring(read_backup_settings(), tmp_path / "backups", may_draw=True)
    assert not key_file(tmp_path / "backups").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [("BACKUP_AT", "tonight"), ("BACKUP_DAILY", "0"), ("BACKUP_KEY", "short")],
)
def test_a_malformed_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"GUICHET_{name}", value)
    with pytest.raises(LocalError, match=f"GUICHET_{name}"):
        read_backup_settings()


def test_the_daily_time_may_be_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUICHET_BACKUP_AT", "off")
    assert read_backup_settings().daily_at is None
    monkeypatch.setenv("GUICHET_BACKUP_AT", "04:15")
    daily_at = read_backup_settings().daily_at
    assert daily_at is not None
    assert (daily_at.hour, daily_at.minute) == (4, 15)
