"""Until when a request is worth beginning: the gateway says when it came and how long to wait.

`X-Request-Deadline: 1764255600.123+5` came at that Unix second and is not to be begun more than
5 s later: whoever sent it has given up by then, or asks again. Only the gateway sets the header;
it replaces what a client sends.
"""

import math
import time
from collections.abc import Callable
from contextvars import ContextVar

from guichet.kernel import clock

HEADER = b"x-request-deadline"
PATIENCE_SECONDS_MAX = 3600.0
SKEW_SECONDS_MIN = 1.0
WINDOW_SECONDS = 300.0
WAIT_SECONDS_MAX = 90.0
"""Twice what the gateway waits for a sale: after it, nobody is there to be late for."""

not_after: ContextVar[float | None] = ContextVar("not_after", default=None)
"""The instant, of `time.monotonic`, after which the present request must not be begun any more."""

Clock = Callable[[], float]


class Deadlines:
    """Reads the gateway's deadlines, and is not led astray by a clock of another machine's.

    The least age of any request in the last minutes is a measure of how the two clocks differ:
    what waits is bounded at the gateway, so that under load, too, some request is young. Where
    even the youngest seems old, or comes from the future, clocks differ, and ages are counted from
    there. None waits for minutes: what seems to have done so tells that a clock was set.
    """

    def __init__(self, wall: Clock = clock.seconds, steady: Clock = time.monotonic) -> None:
        self._wall = wall
        self._steady = steady
        self._window_ends = -math.inf
        self._least = self._least_before = math.inf

    def read(self, header: bytes) -> float | None:
        """Return the instant of the steady clock in the header, None where it makes no sense."""
        begin, _, patience = header.partition(b"+")
        try:
            came_at, seconds = float(begin), float(patience)
        except ValueError:
            return None
        if not (math.isfinite(came_at) and 0 < seconds <= PATIENCE_SECONDS_MAX):
            return None
        at = self._steady()
        age = self._wall() - came_at
        return at + seconds - (age - self._skew(age, at))

    def _skew(self, age: float, at: float) -> float:
        if at >= self._window_ends:
            self._window_ends = at + WINDOW_SECONDS
            self._least_before, self._least = self._least, age
        if age - min(self._least, self._least_before) > WAIT_SECONDS_MAX:
            self._least_before = self._least = age
        self._least = min(self._least, age)
        least = min(self._least, self._least_before)
        return least if abs(least) >= SKEW_SECONDS_MIN else 0.0


def is_over() -> bool:
    """Whether the present request has waited for longer than its sender is going to."""
    limit = not_after.get()
    return limit is not None and time.monotonic() > limit
