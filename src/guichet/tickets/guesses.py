"""Nobody finds a promo code by trying: wrong ones are counted by address, wherever they are tried.

Each process counts for itself, so that several replicas together allow some times as many.
"""

import time
from collections import OrderedDict

from guichet.tickets.promo_problems import TooManyWrongCodes

WRONG_CODES_MAX = 20
WINDOW_SECONDS = 600.0
ADDRESSES_MAX = 10_000


class Guesses:
    """Counts the wrong codes of each address in a window that begins with the first of them."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def check(self, address: str) -> None:
        """Raise `TooManyWrongCodes` for an address that has tried too many."""
        began, count = self._wrong.get(address, (0.0, 0))
        seconds_left = began + WINDOW_SECONDS - time.monotonic()
        if count >= WRONG_CODES_MAX and seconds_left > 0:
            raise TooManyWrongCodes(retry_after_seconds=int(seconds_left) + 1)

    def note_wrong(self, address: str) -> None:
        """Count a code that does not exist."""
        at = time.monotonic()
        began, count = self._wrong.pop(address, (at, 0))
        if at - began >= WINDOW_SECONDS:
            began, count = at, 0
        self._wrong[address] = (began, count + 1)
        if len(self._wrong) > ADDRESSES_MAX:
            self._wrong.popitem(last=False)
