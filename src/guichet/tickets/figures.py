"""How an event stands at this moment, for the door and for who watches its sale.

Many look at the same event at the same time. Each process counts an event once for all of them,
at most once a second, and less often where counting takes long.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime

from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.tickets.organising import OwnEvent
from guichet.tickets.repository import figures as figure_rows

FRESH_SECONDS_MIN = 1.0
COUNTING_SHARE_MAX = 0.05
"""Counting one event takes at most this share of the time, whatever its size."""
EVENTS_KEPT_MAX = 200


@dataclass(frozen=True, slots=True)
class TypeFigures:
    """One ticket type. `revenue_minor` is the price of its live tickets."""

    ticket_type_id: int
    name: str
    capacity: int
    sold: int
    held: int
    admitted: int
    revenue_minor: int
    last_admitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class EventFigures:
    """An event's ticket types, counted at `read_at`, and the event's status at that moment."""

    status: str
    types: tuple[TypeFigures, ...]
    read_at: datetime

    @property
    def capacity(self) -> int:
        """How many places there are."""
        return sum(each.capacity for each in self.types)

    @property
    def sold(self) -> int:
        """How many live tickets there are."""
        return sum(each.sold for each in self.types)

    @property
    def held(self) -> int:
        """How many places are held or being paid."""
        return sum(each.held for each in self.types)

    @property
    def admitted(self) -> int:
        """How many have come in."""
        return sum(each.admitted for each in self.types)

    @property
    def revenue_minor(self) -> int:
        """The price of all live tickets."""
        return sum(each.revenue_minor for each in self.types)

    @property
    def last_admitted_at(self) -> datetime | None:
        """When somebody last came in."""
        moments = [each.last_admitted_at for each in self.types if each.last_admitted_at]
        return max(moments, default=None)


@dataclass(frozen=True, slots=True)
class _Kept:
    figures: EventFigures
    until: float


class Figures:
    """Counts events; one for each process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[int, _Kept] = {}
        self._counting: dict[int, asyncio.Task[EventFigures]] = {}

    @property
    def events_kept(self) -> int:
        """How many events' figures are in memory."""
        return len(self._kept)

    async def of(self, event: OwnEvent) -> EventFigures:
        """Return how the event stands, or stood about a second ago."""
        kept = self._kept.get(event.event_id)
        if kept is not None and time.monotonic() < kept.until:
            return kept.figures
        counting = self._counting.get(event.event_id)
        if counting is None:
            counting = asyncio.create_task(self._count(event.event_id))
            self._counting[event.event_id] = counting
        # Somebody who stops waiting must not end it for the others.
        return await asyncio.shield(counting)

    async def _count(self, event_id: int) -> EventFigures:
        try:
            began = time.monotonic()
            async with self._database.snapshot() as connection:
                status = await figure_rows.status_of(connection, event_id)
                rows = await figure_rows.type_rows(connection, event_id)
            found = EventFigures(status, tuple(TypeFigures(*row) for row in rows), now())
            took = time.monotonic() - began
            self._keep(event_id, found, max(FRESH_SECONDS_MIN, took / COUNTING_SHARE_MAX))
            return found
        finally:
            del self._counting[event_id]

    def _keep(self, event_id: int, found: EventFigures, seconds: float) -> None:
        moment = time.monotonic()
        if len(self._kept) >= EVENTS_KEPT_MAX:
            self._kept = {key: kept for key, kept in self._kept.items() if kept.until > moment}
        self._kept[event_id] = _Kept(found, moment + seconds)
