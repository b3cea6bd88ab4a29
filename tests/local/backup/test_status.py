"""How backups ended, for people and for Prometheus."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from guichet.kernel.clock import now
from guichet.local.backup.status import METRICS, noting, read_status
from guichet.local.errors import LocalError

WEEK = timedelta(days=7)


def fail() -> str:
    raise LocalError("backup_under_way")


def test_a_good_end_is_noted(tmp_path: Path) -> None:
    assert noting(tmp_path, "backup", lambda: "one", str) == "one"
    status = read_status(tmp_path)
    assert status.backup is not None
    assert (status.backup.is_good, status.backup.name) == (True, "one")
    assert status.check is None
    metrics = (tmp_path / METRICS).read_text()
    assert "guichet_database_backup_good 1\n" in metrics
    assert "check" not in metrics


def test_a_failure_is_noted_and_goes_on_and_the_last_good_time_stays(tmp_path: Path) -> None:
    noting(tmp_path, "check", lambda: "one", str)
    good_at = read_status(tmp_path).check_good_at
    with pytest.raises(LocalError):
        noting(tmp_path, "check", fail, str)
    status = read_status(tmp_path)
    assert status.check is not None
    assert not status.check.is_good
    assert status.check.error == str(LocalError("backup_under_way"))
    assert status.check_good_at == good_at
    metrics = (tmp_path / METRICS).read_text()
    assert "guichet_database_check_good 0\n" in metrics
    assert good_at is not None
    line = f"guichet_database_check_last_success_timestamp_seconds {int(good_at.timestamp())}"
    assert line in metrics


def test_a_check_is_due_weekly_and_after_a_failure(tmp_path: Path) -> None:
    assert read_status(tmp_path).check_is_due(WEEK)
    noting(tmp_path, "check", lambda: "one", str)
    assert not read_status(tmp_path).check_is_due(WEEK)
    with time_machine.travel(now() + WEEK, tick=True):
        assert read_status(tmp_path).check_is_due(WEEK)
    with pytest.raises(LocalError):
        noting(tmp_path, "check", fail, str)
    assert read_status(tmp_path).check_is_due(WEEK)


def test_a_folder_that_cannot_be_written_does_not_hide_the_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalError):
        noting(tmp_path / "file", "backup", fail, str)


def test_a_broken_file_is_no_status(tmp_path: Path) -> None:
    (tmp_path / "status.json").write_text("{")
    assert read_status(tmp_path).backup is None
