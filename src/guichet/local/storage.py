"""The storage folder: what lies where, and the lock that keeps a second system out."""

import fcntl
import json
import os
import shutil
import signal
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

import psutil

from guichet.local.errors import LocalError
from guichet.local.process import session_members

FREE_MEGABYTES_MIN = 500


@dataclass(frozen=True)
class Storage:
    """The folders and files below `GUICHET_STORAGE_DIR`."""

    root: Path

    @property
    def secrets(self) -> Path:
        """The development secrets, readable by their owner only."""
        return self.root / "secrets.env"

    @property
    def logs(self) -> Path:
        """One log file a process."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """One pid file a running process."""
        return self.root / "run"

    @property
    def postgres(self) -> Path:
        """The cluster, or a link to it."""
        return self.root / "postgres"

    @property
    def nats(self) -> Path:
        """The message streams."""
        return self.root / "nats"

    @property
    def nginx(self) -> Path:
        """The configuration that the control plane renders, and nginx's own files."""
        return self.root / "nginx"

    @property
    def seeded(self) -> Path:
        """Exists once the demo accounts and events have been created."""
        return self.root / "seeded"

    @property
    def unfinished(self) -> Path:
        """Exists while a restore is under way, and after one that was cut off."""
        return self.root / "restore-unfinished"

    @property
    def restored(self) -> Path:
        """Tells which backup these data were restored from, if they were."""
        return self.root / "restored.json"

    def prepare(self) -> None:
        """Make the folders; raises LocalError where they cannot be written or the disk is full."""
        try:
            # Others may pass through (an unprivileged PostgreSQL must), but not look around.
            self.root.mkdir(mode=0o711, parents=True, exist_ok=True)
            for folder in (self.logs, self.run):
                folder.mkdir(mode=0o700, exist_ok=True)
            probe = self.run / ".probe"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise LocalError(
                "storage_not_writable", folder=self.root, reason=error.strerror
            ) from None
        free = shutil.disk_usage(self.root).free // 1_000_000
        if free < FREE_MEGABYTES_MIN:
            raise LocalError("disk_full", folder=self.root, free=free, wanted=FREE_MEGABYTES_MIN)


def restored_at(storage: Storage) -> datetime | None:
    """Return when these data were restored from a backup, None where they never were."""
    try:
        return datetime.fromisoformat(json.loads(storage.restored.read_bytes())["restored_at"])
    except (OSError, ValueError, KeyError):
        return None


class SystemLock:
    """Held by the one `guichet up` of a storage folder; the kernel drops it if that dies."""

    def __init__(self, storage: Storage) -> None:
        self._path = storage.run / "guichet.pid"
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Take the lock and write this process's id; raises LocalError when another holds it."""
        file = self._path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            pid, folder = self._path.read_text().strip(), self._path.parent.parent
            raise LocalError("already_running", pid=pid, folder=folder) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let the next start in."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None

    def holder(self) -> int | None:
        """Return the process id of the running `guichet up`, None when there is none."""
        if not self._path.exists():
            return None
        with self._path.open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return int(self._path.read_text().strip() or 0) or None
        return None


def note_pid(storage: Storage, name: str, pid: int) -> None:
    """Write `run/<name>.pid`, and beside it what tells this process from a later namesake.

    Whoever reads them at the same moment finds them whole: the former ones, or these.
    """
    _put(storage.run / f"{name}.pid", f"{pid}\n")
    try:
        process = psutil.Process(pid)
        identity = {"pid": pid, "started": process.create_time(), "program": process.exe()}
    except psutil.Error:
        return
    _put(storage.run / f"{name}.json", json.dumps(identity))


def _put(file: Path, content: str) -> None:
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_text(content)
    fresh.rename(file)


def forget_pid(storage: Storage, name: str) -> None:
    """Remove what `note_pid` wrote."""
    for suffix in ("pid", "json"):
        (storage.run / f"{name}.{suffix}").unlink(missing_ok=True)


def sweep(storage: Storage, seconds_max: float = 10.0) -> list[str]:
    """End whatever a crashed `guichet up` left running here, and drop its pid files.

    Only processes recorded in this folder are touched: the recorded one itself while its start
    time still agrees, and the members of the session that it opened while they run the same
    program. Returns the names of what was found alive.
    """
    found: list[str] = []
    for record in sorted(storage.run.glob("*.json")):
        try:
            identity = json.loads(record.read_text())
            leftovers = _leftovers(identity["pid"], identity["started"], identity["program"])
        except (ValueError, KeyError, OSError):
            leftovers = []
        if leftovers:
            found.append(record.stem)
            _end(leftovers, seconds_max)
        forget_pid(storage, record.stem)
    return found


def _leftovers(pid: int, started: float, program: str) -> list[psutil.Process]:
    members: list[psutil.Process] = []
    for process in session_members(pid):
        try:
            if process.pid == pid and abs(process.create_time() - started) > 1:
                # The number was given to a stranger: so its session is not ours either.
                return []
            if process.exe() == program:
                members.append(process)
        except psutil.Error:
            continue
    return members


def _end(processes: list[psutil.Process], seconds_max: float) -> None:
    """Give what is already stopping its time, then kill what is left."""
    for process in processes:
        # For PostgreSQL, SIGTERM would wait until its clients have left; SIGINT does not.
        process.send_signal(signal.SIGINT if "postgres" in process.name() else signal.SIGTERM)
    _, alive = psutil.wait_procs(processes, timeout=seconds_max)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=seconds_max)
