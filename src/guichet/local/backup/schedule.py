"""The daily backup inside `guichet up`: a process of its own at its time, none meanwhile."""

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path

from guichet.local.backup.settings import folder_of, read_backup_settings
from guichet.local.backup.status import read_status
from guichet.local.plan import Plan
from guichet.local.process import Program, spawn, stop

CATCH_UP_AFTER = timedelta(minutes=10)
"""A machine that slept at the time backs up once the system has run that long."""
_STOP_SECONDS_MAX = 5.0

Launch = Callable[[], "subprocess.Popen[bytes]"]


def latest_moment(at: time, moment: datetime) -> datetime:
    """Return the last time that the clock showed `at`, in the machine's zone, up to `moment`."""
    local = moment.astimezone()
    today = local.replace(hour=at.hour, minute=at.minute, second=at.second, microsecond=0)
    return today if today <= local else today - timedelta(days=1)


class BackupSchedule:
    """Starts the daily backup when its time has come; `tick` is called often, and is cheap."""

    def __init__(
        self,
        at: time | None,
        last_at: Callable[[], datetime | None],
        launch: Launch,
        clock: Callable[[], datetime],
    ) -> None:
        self._at = at
        self._launch = launch
        self._clock = clock
        self._began = clock()
        self._tried_at = last_at()
        self._look_at = self._began
        self._process: subprocess.Popen[bytes] | None = None

    def tick(self) -> int | None:
        """Start what is due; returns the exit status of a backup that has just ended."""
        if self._process is not None:
            status = self._process.poll()
            if status is not None:
                self._process = None
            return status
        if self._at is not None and (moment := self._clock()) >= self._look_at:
            self._look_at = moment + timedelta(seconds=1)
            if self._is_due(self._at, moment):
                self._tried_at = moment
                self._process = self._launch()
        return None

    def stop(self) -> None:
        """End a backup that is under way; it leaves nothing half done behind."""
        if self._process is not None:
            stop(self._process, signal.SIGTERM, _STOP_SECONDS_MAX)
            self._process = None

    def _is_due(self, at: time, moment: datetime) -> bool:
        planned = latest_moment(at, moment)
        if planned >= self._began:
            return self._tried_at is None or self._tried_at < planned
        # It was missed before this start: only a system that has been backed up before has
        # something to catch up with.
        if self._tried_at is None or self._tried_at >= planned:
            return False
        return moment - self._began >= CATCH_UP_AFTER


def schedule_for(plan: Plan, clock: Callable[[], datetime]) -> BackupSchedule:
    """Return the schedule that the settings ask for; LocalError where one is malformed."""
    settings = read_backup_settings()
    folder = folder_of(settings, plan)

    def last_at() -> datetime | None:
        latest = read_status(folder).backup
        return latest.at if latest is not None else None

    return BackupSchedule(settings.daily_at, last_at, lambda: spawn(_program(plan)), clock)


def _program(plan: Plan) -> Program:
    return Program(
        name="backups",
        command=[sys.executable, "-m", "guichet", "backup", "--scheduled"],
        folder=Path.cwd(),
        log=plan.storage.logs / "backups.stderr.log",
        environment={**plan.named, "GUICHET_STORAGE_DIR": str(plan.storage.root)},
    )
