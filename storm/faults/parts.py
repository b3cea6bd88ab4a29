"""Processes are killed, stopped and resumed, or kill themselves at a step of a purchase."""

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass, field

from storm.faults.base import Fault
from storm.system import Stormed

POINTS = ("after_reserve", "before_charge", "after_charge", "before_issue", "after_issue")
PYTHON_SERVERS = (
    "auth",
    "users",
    "events",
    "tickets",
    "tickets-2",
    "notifications",
    "gateway",
    "sandbox",
    "mailbox",
)
LOOK_SECONDS = 0.1


def _signal(stormed: Stormed, part: str, number: signal.Signals) -> int | None:
    """Send a signal to a part of the storm's own system; None where it is dead already."""
    with suppress(ProcessLookupError, FileNotFoundError, ValueError):
        pid = stormed.system.pid(part)
        os.kill(pid, number)
        return pid
    return None


@dataclass(frozen=True)
class Kill:
    """kill -9 of parts; `guichet up` starts them again."""

    name: str
    parts: tuple[str, ...]
    seconds: float = 0.5

    @property
    def ground(self) -> str:
        """The first of the parts."""
        return self.parts[0]

    async def strike(self, stormed: Stormed) -> None:
        """Kill them."""
        for part in self.parts:
            _signal(stormed, part, signal.SIGKILL)

    async def heal(self, stormed: Stormed) -> None:
        """Whoever looks after them has to do it."""


@dataclass
class KeepDead:
    """One of two instances dies as soon as it is back: the gateway has to do without."""

    name: str = "one-instance-dead"
    part: str = "tickets-2"
    seconds: float = 15.0
    _killing: asyncio.Task[None] | None = None

    @property
    def ground(self) -> str:
        """The part."""
        return self.part

    async def strike(self, stormed: Stormed) -> None:
        """Keep killing it."""
        self._killing = asyncio.create_task(self._kill(stormed))

    async def _kill(self, stormed: Stormed) -> None:
        while True:
            _signal(stormed, self.part, signal.SIGKILL)
            await asyncio.sleep(LOOK_SECONDS)

    async def heal(self, stormed: Stormed) -> None:  # noqa: ARG002 - the faults' common shape
        """Let it live."""
        if self._killing is not None:
            self._killing.cancel()
            self._killing = None


@dataclass
class Stop:
    """A process is stopped, and resumed later: it then goes on as if no time had passed."""

    part: str
    seconds: float = 30.0
    _pid: int | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """Which part it is."""
        return f"stop:{self.part}"

    @property
    def ground(self) -> str:
        """The part."""
        return self.part

    async def strike(self, stormed: Stormed) -> None:
        """Stop it."""
        self._pid = _signal(stormed, self.part, signal.SIGSTOP)

    async def heal(self, stormed: Stormed) -> None:  # noqa: ARG002 - the faults' common shape
        """Resume the very process that was stopped."""
        if self._pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGCONT)
            self._pid = None


@dataclass(frozen=True)
class Point:
    """The next instance that passes a step of a purchase kills itself there."""

    point: str
    seconds: float = 6.0

    @property
    def name(self) -> str:
        """Which step it is."""
        return f"point:{self.point}"

    @property
    def ground(self) -> str:
        """Each point is a ground of its own: two in a row are two crashes."""
        return self.name

    async def strike(self, stormed: Stormed) -> None:
        """Leave the mark that the process looks for."""
        (stormed.system.faults / self.point).touch()

    async def heal(self, stormed: Stormed) -> None:
        """Take the mark away where nobody has passed."""
        (stormed.system.faults / self.point).unlink(missing_ok=True)


FAULTS: tuple[Fault, ...] = (
    *(Kill(f"kill:{part}", (part,)) for part in PYTHON_SERVERS),
    Kill("kill:nginx", ("nginx",)),
    Kill("kill:warm-parent", ("warm-parent",)),
    Kill("kill:both-tickets", ("tickets", "tickets-2")),
    KeepDead(),
    *(Stop(part) for part in ("auth", "events", "tickets", "tickets-2", "sandbox", "gateway")),
    *(Point(point) for point in POINTS),
)
