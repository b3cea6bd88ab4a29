"""`guichet down` and `guichet status`: talking to a system that another terminal started."""

import contextlib
import os
import signal
import time
from dataclasses import dataclass

import psutil

from guichet.local.errors import LocalError
from guichet.local.plan import Plan
from guichet.local.storage import SystemLock, sweep

_DOWN_SECONDS_MAX = 60.0


def down() -> str:
    """Stop the system of this storage folder; return the key of the sentence to show.

    Only the process that holds the folder's lock is signalled, so a stale pid file harms nobody.
    What a crashed `guichet up` left running is ended too.
    Raises LocalError when it does not stop in time.
    """
    plan = Plan.from_environment()
    lock = SystemLock(plan.storage)
    pid = lock.holder()
    if pid is None:
        return "swept" if sweep(plan.storage) else "not_running"
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _DOWN_SECONDS_MAX
    while lock.holder() is not None:
        if time.monotonic() > deadline:
            raise LocalError("does_not_stop", pid=pid)
        time.sleep(0.05)
    return "stopped"


@dataclass(frozen=True)
class ProcessStatus:
    """One process of the running system."""

    name: str
    pid: int
    is_alive: bool
    megabytes: float
    """Its proportional share of memory; 0 where the machine does not tell."""


def status() -> list[ProcessStatus]:
    """Return what `run/*.pid` of this storage folder names, in alphabetical order."""
    storage = Plan.from_environment().storage
    pids: dict[str, int] = {}
    for file in sorted(storage.run.glob("*.pid")):
        with contextlib.suppress(ValueError):
            pids[file.stem] = int(file.read_text().strip())
    listed = frozenset(pids.values())
    return [
        ProcessStatus(name, pid, _is_alive(pid), _megabytes(pid, listed))
        for name, pid in pids.items()
    ]


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _megabytes(pid: int, listed: frozenset[int]) -> float:
    """Return the memory of a process and of those children that have no line of their own.

    A page that several processes share is divided among them.
    """
    try:
        process = psutil.Process(pid)
        children = process.children()
    except psutil.Error:
        return 0.0
    below = sum(_megabytes(child.pid, listed) for child in children if child.pid not in listed)
    return _own_megabytes(process) + below


def _own_megabytes(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss) / 1_000_000
    except (psutil.Error, AttributeError):
        return 0.0
