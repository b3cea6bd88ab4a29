"""Keeps the processes of the local system running, and stops them in the right order."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from guichet.local.children import Child
from guichet.local.storage import Storage, forget_pid, note_pid

FIRST_PAUSE_SECONDS = 0.2
PAUSE_SECONDS_MAX = 10.0
CALM_SECONDS = 2.0
"""Running that long, a process has recovered, and its next pause is the first one again."""

LOG_BYTES_MAX = 20 * 1024 * 1024
_LOG_LOOK_SECONDS = 15.0

Report = Callable[[str, int, float], None]
"""Told of each end: name, exit status, seconds until the restart."""


@dataclass
class _Watched:
    child: Child
    started_at: float
    pause_seconds: float = FIRST_PAUSE_SECONDS
    restart_at: float | None = None


class Supervisor:
    """Starts children, restarts those that die, with growing pauses, and stops them all.

    Not thread-safe: every call comes from the main thread, whose end the children would share.
    """

    def __init__(
        self, storage: Storage, report: Report, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._storage = storage
        self._report = report
        self._clock = clock
        self._watched: dict[str, _Watched] = {}
        self._logs_looked_at = clock()

    def start(self, child: Child) -> None:
        """Start a child and look after it from now on."""
        self._watched[child.name] = _Watched(child, self._clock())
        note_pid(self._storage, child.name, child.start())

    def release(self, child: Child) -> int:
        """Return the status of a child that has ended by itself, as it should; forget it."""
        status = child.ended()
        if status is None:
            raise ValueError(f"{child.name} still runs")
        self._watched.pop(child.name, None)
        forget_pid(self._storage, child.name)
        return status

    def tick(self) -> None:
        """Look at each child once: note ends, start again what has waited long enough."""
        for watched in self._watched.values():
            self._look_at(watched)
        if self._clock() - self._logs_looked_at > _LOG_LOOK_SECONDS:
            self._logs_looked_at = self._clock()
            for watched in self._watched.values():
                keep_small(watched.child.log)

    def _look_at(self, watched: _Watched) -> None:
        now = self._clock()
        if watched.restart_at is None:
            status = watched.child.ended()
            if status is None:
                return
            if now - watched.started_at > CALM_SECONDS:
                watched.pause_seconds = FIRST_PAUSE_SECONDS
            watched.restart_at = now + watched.pause_seconds
            self._report(watched.child.name, status, watched.pause_seconds)
            watched.pause_seconds = min(2 * watched.pause_seconds, PAUSE_SECONDS_MAX)
        elif now >= watched.restart_at:
            watched.started_at, watched.restart_at = now, None
            try:
                note_pid(self._storage, watched.child.name, watched.child.start())
            except OSError:
                # What it is forked from is gone for the moment; it will be back before long.
                watched.restart_at = now + watched.pause_seconds

    def stop(self, names: list[str], seconds_max: float) -> None:
        """Stop these children together; by force those that take longer than `seconds_max`."""
        group = [self._watched.pop(name) for name in names if name in self._watched]
        for watched in group:
            if watched.child.ended() is None:
                watched.child.ask_to_stop()
        deadline = self._clock() + seconds_max
        while any(watched.child.ended() is None for watched in group):
            if self._clock() > deadline:
                break
            time.sleep(0.02)
        for watched in group:
            watched.child.force_to_stop()
            forget_pid(self._storage, watched.child.name)

    def names(self) -> list[str]:
        """Return the names of the children looked after, in the order of their start."""
        return list(self._watched)


def keep_small(log: Path, bytes_max: int = LOG_BYTES_MAX) -> None:
    """Move a log that has grown past `bytes_max` to `<name>.1` and let it begin anew.

    Its writer appends, so truncating the file under it loses at most the lines of this instant.
    """
    if log.exists() and log.stat().st_size > bytes_max:
        older = log.with_name(f"{log.name}.1")
        older.write_bytes(log.read_bytes())
        log.open("wb").close()
