"""The time of day, in one place so that tests can move it and services agree on it.

A running service tells the time of its database (`guichet.kernel.database_time`): it counts on
from there by a clock that nobody sets. A machine whose clock is wrong, or is put right while
it serves, then ends no hold early, keeps none too long, and refuses nobody's token.
"""

import time
from datetime import UTC, datetime

TOLERANCE_SECONDS = 0.25
"""What the time may be off from the database's; within it, time only goes forward."""


_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Counts on while the machine sleeps, too, where there is such a clock."""
_started_at: float | None = None
"""The Unix time at which the steady clock said 0; None where the machine's own clock is told."""


def now() -> datetime:
    """Return the current instant, in UTC."""
    if _started_at is None:
        return datetime.now(UTC)
    return datetime.fromtimestamp(_started_at + steady_seconds(), UTC)


def seconds() -> float:
    """Return the current instant in Unix seconds."""
    return time.time() if _started_at is None else _started_at + steady_seconds()


def steady_seconds() -> float:
    """Return seconds that only count on."""
    return time.clock_gettime(_STEADY)


def count_on() -> None:
    """Count on by the steady clock from now: whoever sets this machine's clock changes nothing."""
    global _started_at  # noqa: PLW0603 - a process has one clock
    if _started_at is None:
        _started_at = time.time() - steady_seconds()


def stop_counting() -> None:
    """Tell the machine's own time again."""
    global _started_at  # noqa: PLW0603 - a process has one clock
    _started_at = None


def heed(at: float, asked_at: float, answered_at: float) -> float:
    """Set the time by another clock; return by how many seconds it was wrong, 0.0 for not at all.

    That clock said `at`, in Unix seconds, somewhen between the two instants of the steady clock:
    by half of what lies between them, it may be wrong itself.
    """
    global _started_at  # noqa: PLW0603 - a process has one clock
    if _started_at is None:
        return 0.0
    started_at = at - (asked_at + answered_at) / 2
    wrong_by = _started_at - started_at
    if abs(wrong_by) <= TOLERANCE_SECONDS + (answered_at - asked_at) / 2:
        return 0.0
    _started_at = started_at
    return wrong_by
