"""No account asks for places faster than a person could, however many connections it opens.

Each process counts for itself; the gateway bounds what one address may ask, guests with it.
"""

import time
from collections import OrderedDict

from guichet.kernel.metrics import REQUESTS_SHED
from guichet.kernel.problems import TooManyRequests

ASKS_AT_ONCE = 20
ACCOUNTS_MAX = 100_000


class Pace:
    """Lets each account ask `per_second` times a second and `ASKS_AT_ONCE` at once; 0: no limit."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._spent: OrderedDict[int, tuple[float, float]] = OrderedDict()
        """Account → how many asks it had spent, and when; the longest silent first."""

    def check(self, account_id: int | None) -> None:
        """Count an ask; raises `TooManyRequests` where the account has none left."""
        if account_id is None or not self._per_second:
            return
        at = time.monotonic()
        spent, since = self._spent.pop(account_id, (0.0, at))
        spent = max(0.0, spent - (at - since) * self._per_second)
        is_allowed = spent + 1 <= ASKS_AT_ONCE
        self._spent[account_id] = (spent + 1 if is_allowed else spent, at)
        if len(self._spent) > ACCOUNTS_MAX:
            self._spent.popitem(last=False)
        if not is_allowed:
            REQUESTS_SHED.labels("pace").inc()
            raise TooManyRequests(retry_after_seconds=1)
