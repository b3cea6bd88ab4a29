"""How the latest backup and the latest check ended: a file for people, one for Prometheus."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import msgspec

from guichet.kernel.clock import now

FILE = "status.json"
METRICS = "guichet_backups.prom"

Result = TypeVar("Result")


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One end: when, of which backup, and why not where it failed."""

    at: datetime
    is_good: bool
    name: str = ""
    error: str = ""


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The latest outcomes; `good_at` are the times of the latest good ones."""

    backup: Outcome | None = None
    backup_good_at: datetime | None = None
    check: Outcome | None = None
    check_good_at: datetime | None = None

    def check_is_due(self, every: timedelta) -> bool:
        """Return whether the latest check is older than that, went wrong, or never was."""
        if self.check is None or not self.check.is_good:
            return True
        return now() - self.check.at >= every


def read_status(folder: Path) -> Status:
    """Return what is known of the backups in this folder; nothing where the file is none."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Status)
    except (OSError, msgspec.MsgspecError):
        return Status()


def noting(
    folder: Path, kind: str, act: Callable[[], Result], name_of: Callable[[Result], str]
) -> Result:
    """Do something and note how it ended as the latest `backup` or `check`; errors go on."""
    try:
        result = act()
    except Exception as error:
        _note(folder, kind, Outcome(at=now(), is_good=False, error=str(error)[:500]))
        raise
    _note(folder, kind, Outcome(at=now(), is_good=True, name=name_of(result)))
    return result


def _note(folder: Path, kind: str, outcome: Outcome) -> None:
    changed: dict[str, object] = {kind: outcome}
    if outcome.is_good:
        changed[f"{kind}_good_at"] = outcome.at
    status = msgspec.structs.replace(read_status(folder), **changed)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _replace(folder / FILE, msgspec.json.format(msgspec.json.encode(status), indent=2))
        _replace(folder / METRICS, _metrics(status).encode())
    except OSError:
        # The disk that refused the backup refuses this too; the error itself is told elsewhere.
        return


def _replace(file: Path, content: bytes) -> None:
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_bytes(content)
    fresh.replace(file)


def _metrics(status: Status) -> str:
    """Return the text that a node exporter's textfile collector reads."""
    lines: list[str] = []
    for kind, outcome, good_at in (
        ("backup", status.backup, status.backup_good_at),
        ("check", status.check, status.check_good_at),
    ):
        if outcome is not None:
            lines.append(f"guichet_database_{kind}_good {int(outcome.is_good)}")
        if good_at is not None:
            seconds = int(good_at.timestamp())
            lines.append(f"guichet_database_{kind}_last_success_timestamp_seconds {seconds}")
    return "\n".join(lines) + "\n"
