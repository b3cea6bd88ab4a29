"""What was refused a moment ago, so that a flood is turned away without asking the database."""

import time
from collections.abc import Iterable

from guichet.auth.domain.refusals import (
    TooManyTries,
)

REMEMBERED_SECONDS_MAX = 5.0
"""Short, since another process may have found a reason to begin the count anew."""
ENTRIES_MAX = 10_000


class RecentRefusals:
    """Tallies that were found above their limit in the last seconds, in this process."""

    def __init__(self) -> None:
        self._until: dict[bytes, tuple[float, int]] = {}

    def note(self, keys: Iterable[bytes], retry_after_seconds: int) -> None:
        """Remember that these are above their limits."""
        if len(self._until) >= ENTRIES_MAX:
            self._until.clear()
        moment = time.monotonic()
        until = moment + min(REMEMBERED_SECONDS_MAX, retry_after_seconds)
        for key in keys:
            self._until[key] = (until, int(moment) + retry_after_seconds)

    def check(self, keys: Iterable[bytes]) -> None:
        """Raise `TooManyTries` where one of these was refused a moment ago."""
        moment = time.monotonic()
        for key in keys:
            until, ends_at = self._until.get(key, (0.0, 0))
            if moment < until:
                raise TooManyTries(retry_after_seconds=max(1, ends_at - int(moment)))

    def forget(self, keys: Iterable[bytes]) -> None:
        """Ask the database again about these."""
        for key in keys:
            self._until.pop(key, None)
