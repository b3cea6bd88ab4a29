"""`guichet down` and `guichet status`: talking to a system that another terminal started."""

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
    found: list[ProcessStatus] = []
    for file in sorted(storage.run.glob("*.pid")):
        try:
            pid = int(file.read_text().strip())
        except ValueError:
            continue
        found.append(ProcessStatus(file.stem, pid, _is_alive(pid), _megabytes(pid)))
    return found


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _megabytes(pid: int) -> float:
    """Return the memory of a process and its children, shared pages divided among sharers."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return 0.0
    return sum(_own_megabytes(member) for member in family)


def _own_megabytes(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss) / 1_000_000
    except (psutil.Error, AttributeError):
        return 0.0
