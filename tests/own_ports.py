"""Ports for one of the processes that share the tests: no two of them ever try the same.

Between finding a port free and listening there, another process could find it free as well.
"""

import os
import random
import re

from guichet.kernel.settings import PORTS
from guichet.local.plan import REPLICA_PORT_STEP
from guichet.local.ports import is_free

SHIFT_FIRST, SHIFT_END, SHIFT_STEP = 20_000, 24_600, 100
"""All ports stay below 32768, where Linux begins to hand out ports to outgoing connections."""


def process_and_count() -> tuple[int, int]:
    """Return which of how many processes this is; (0, 1) where there is only one."""
    worker = re.fullmatch(r"gw(\d+)", os.environ.get("PYTEST_XDIST_WORKER", ""))
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    return (int(worker[1]) % count, count) if worker else (0, 1)


def own_shifts() -> range:
    """Return the port shifts of this process.

    No two ports of a system are half a hundred or a third of it apart (tests/test_own_ports.py),
    so that systems under shifts of different processes never meet.
    """
    process, count = process_and_count()
    return range(SHIFT_FIRST + process * SHIFT_STEP // count, SHIFT_END, SHIFT_STEP)


def ports_of_system() -> list[int]:
    """Return the ports of a system with two instances of tickets, before any shift."""
    return [*PORTS.values(), PORTS["tickets"] + REPLICA_PORT_STEP]


def free_shift() -> int:
    """Return a shift under which every port of a system is free; RuntimeError without one."""
    shifts = own_shifts()
    for shift in random.sample(shifts, len(shifts)):
        if all(is_free(port + shift) for port in ports_of_system()):
            return shift
    raise RuntimeError("no free ports")


def share_of(first: int, count: int) -> tuple[int, int]:
    """Return the part of a row of ports that is this process's: its first one, and how many."""
    process, processes = process_and_count()
    part = count // processes
    return first + process * part, part
