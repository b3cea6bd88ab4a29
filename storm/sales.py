"""Whether tickets are sold just now: a free and a paid purchase begun every second.

Each is begun on time, whatever became of those before, so that one that hangs hides nothing.
"""

import asyncio
import itertools
import time
from dataclasses import dataclass

from storm.crowd import Client
from storm.history import Kind, Verdict

PERIOD_SECONDS = 1.0
UNDER_WAY_MAX = 40
SORTS = ("free", "paid")


@dataclass(frozen=True, slots=True)
class Sale:
    """A purchase that went well; monotonic seconds."""

    sort: str
    began_at: float
    ended_at: float


class Sales:
    """Keeps buying, and knows when that went well."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._sales: list[Sale] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._beginning: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to buy."""
        self._beginning = asyncio.create_task(self._begin())

    async def stop(self) -> None:
        """Begin no more, and wait for what is under way."""
        if self._beginning is not None:
            self._beginning.cancel()
        await asyncio.gather(*self._under_way)

    async def _begin(self) -> None:
        while True:
            for sort in SORTS:
                if len(self._under_way) < UNDER_WAY_MAX:
                    task = asyncio.create_task(self._buy(sort))
                    self._under_way.add(task)
                    task.add_done_callback(self._under_way.discard)
            await asyncio.sleep(PERIOD_SECONDS)

    async def _buy(self, sort: str) -> None:
        world = self._client.world
        is_paid = sort == "paid"
        began_at = time.monotonic()
        deed = await self._client.buy(
            world.paid if is_paid else world.free,
            is_paid=is_paid,
            about={"probe": sort},
            insists=False,
        )
        is_sold = deed.kind is Kind.PURCHASE and deed.replies[0].verdict is Verdict.ACKNOWLEDGED
        if is_sold:
            self._sales.append(Sale(sort, began_at, time.monotonic()))

    def recovered_after(self, healed_at: float) -> float | None:
        """Return seconds from then until both sorts, begun later, went well; None where not yet."""
        firsts = [
            min(
                (
                    sale.ended_at
                    for sale in self._sales
                    if sale.sort == sort and sale.began_at >= healed_at
                ),
                default=None,
            )
            for sort in SORTS
        ]
        ends = [end for end in firsts if end is not None]
        return max(ends) - healed_at if len(ends) == len(SORTS) else None

    async def recovered(self, healed_at: float, seconds_max: float) -> float | None:
        """Wait for the above; None where it did not come within that time."""
        while (seconds := self.recovered_after(healed_at)) is None:
            if time.monotonic() - healed_at > seconds_max:
                return None
            await asyncio.sleep(0.05)
        return seconds

    def interruption(self, since: float, until: float) -> float:
        """Return the longest time in between without a sale of one of the sorts, in seconds."""
        longest = 0.0
        for sort in SORTS:
            ends = [s.ended_at for s in self._sales if s.sort == sort]
            moments = [since, *sorted(end for end in ends if since < end < until), until]
            gaps = [later - sooner for sooner, later in itertools.pairwise(moments)]
            longest = max(longest, *gaps)
        return longest
