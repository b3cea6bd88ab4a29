"""The whole system: its replicas, its memory, its start."""

import time

import psutil

from bench import system
from bench.figures import Figure, against
from bench.plan import Plan
from bench.rows.selling import free_rate
from bench.system import Stand

IDLE_SECONDS = 20
START_SECONDS_MAX = 8
MEMORY_MAX = 700
"""Mebibytes."""
NO_LESS = 0.95
"""The same rate twice in a row differs by as much."""
MEBIBYTE = 1024 * 1024


def replicas(one: Stand, two: Stand, plan: Plan) -> list[Figure]:
    """Compare two instances of tickets on one hot event with one, in turn.

    Both systems are new: what follows an earlier row's sale would slow one of them alone.
    """
    alone, both = list[float](), list[float]()
    for _ in range(plan.rounds):
        alone.append(free_rate(one, plan))
        both.append(free_rate(two, plan))
    name = "free purchases with two instances of tickets"
    return [against("replicas", name, both, alone, "one instance", NO_LESS)]


def start_and_memory(plan: Plan) -> list[Figure]:
    """Start a system a second time, leave it alone, and weigh it."""
    del plan
    with system.folder() as place:
        system.running.stop(system.start(place))
        began = time.monotonic()
        again = system.start(place)
        took = time.monotonic() - began
        try:
            time.sleep(IDLE_SECONDS)
            weight = _proportional_bytes(again.process.pid) / MEBIBYTE
        finally:
            system.running.stop(again)
    return [
        Figure("start", "second start", took, "s", "≤ 8 s", took <= START_SECONDS_MAX),
        Figure("memory", "the idle system", weight, "MiB", "≤ 700 MiB", weight <= MEMORY_MAX),
    ]


def _proportional_bytes(pid: int) -> int:
    """Add up what each process uses, shared pages by their share."""
    first = psutil.Process(pid)
    return sum(
        process.memory_full_info().pss for process in [first, *first.children(recursive=True)]
    )
