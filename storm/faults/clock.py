"""The clock of one process is ten minutes ahead or behind, and everybody else's is right."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field

import psutil

from storm.system import Stormed

MOVED_SECONDS = 600.0
NOTICED_SECONDS_MAX = 10.0
LOOK_SECONDS = 0.05


@dataclass
class ClockMoved:
    """A process tells another time than all others, until its clock is put right."""

    name: str
    part: str
    seconds_ahead: float
    seconds: float = 25.0
    _pid: int | None = field(default=None, repr=False)

    @property
    def ground(self) -> str:
        """The part."""
        return self.part

    async def strike(self, stormed: Stormed) -> None:
        """Move its clock; in vain where it is dead just then."""
        with suppress(FileNotFoundError, ValueError):
            self._pid = stormed.system.pid(self.part)
            await _move(stormed, self._pid, self.seconds_ahead)

    async def heal(self, stormed: Stormed) -> None:
        """Put it right; one that was started meanwhile tells the right time anyway."""
        if self._pid is not None:
            await _move(stormed, self._pid, 0.0)
            self._pid = None


async def _move(stormed: Stormed, pid: int, seconds: float) -> None:
    """Have the process move its clock; RuntimeError where it lives and does not."""
    wanted = stormed.clocks / str(pid)
    wanted.write_text(str(seconds))
    moved = wanted.with_suffix(".moved")
    deadline = time.monotonic() + NOTICED_SECONDS_MAX
    while psutil.pid_exists(pid):
        with suppress(FileNotFoundError, ValueError):
            if float(moved.read_text()) == seconds:
                return
        if time.monotonic() > deadline:
            raise RuntimeError(f"process {pid} did not move its clock")
        await asyncio.sleep(LOOK_SECONDS)


FAULTS = (
    ClockMoved("clock:ahead", "tickets-2", MOVED_SECONDS),
    ClockMoved("clock:behind", "tickets-2", -MOVED_SECONDS),
    ClockMoved("clock:auth-ahead", "auth", MOVED_SECONDS),
    ClockMoved("clock:auth-behind", "auth", -MOVED_SECONDS),
)
