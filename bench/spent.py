"""Processor time by part of the system, while something is measured."""

import re
from collections import defaultdict
from collections.abc import Generator, Mapping
from contextlib import contextmanager

import psutil

_BACKEND = re.compile(r"postgres: (?P<role>\S+) (?P<database>\S+) 127\.0\.0\.1")


def part_of(title: str, program: str) -> str:
    """Return the part of the system that a process belongs to; servers bear their own names."""
    if backend := _BACKEND.match(title):
        return f"postgres for {backend['database'].removeprefix('guichet_')}"
    if title.startswith("postgres") or program == "postgres":
        return "postgres itself"
    return program


def _seconds_by_process(root: psutil.Process) -> dict[tuple[int, float], tuple[str, float]]:
    found: dict[tuple[int, float], tuple[str, float]] = {}
    for process in [root, *root.children(recursive=True)]:
        try:
            with process.oneshot():
                times = process.cpu_times()
                title = " ".join(process.cmdline())
                key = (process.pid, process.create_time())
                found[key] = (part_of(title, process.name()), times.user + times.system)
        except psutil.NoSuchProcess:
            continue
    return found


def seconds_by_part(pid: int) -> Mapping[str, float]:
    """Return the seconds that each part of the system under `pid` has used so far."""
    spent = defaultdict[str, float](float)
    for part, seconds in _seconds_by_process(psutil.Process(pid)).values():
        spent[part] += seconds
    return spent


@contextmanager
def counting(pid: int) -> Generator[Mapping[str, float]]:
    """Add up the seconds of processor time that each part of the system under `pid` uses.

    They are there at the end. What a process uses that ends meanwhile is not counted.
    """
    root = psutil.Process(pid)
    before = _seconds_by_process(root)
    spent = defaultdict[str, float](float)
    yield spent
    for key, (part, seconds) in _seconds_by_process(root).items():
        spent[part] += seconds - before.get(key, ("", 0.0))[1]
