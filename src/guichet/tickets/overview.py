"""All sales at a glance: an organiser's own, everybody's for an administrator."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import monotonic

from guichet.contracts.roles import Permission, may
from guichet.contracts.times import zone_of
from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.problems import Forbidden
from guichet.kernel.tokens import Principal
from guichet.tickets.repository import overview as rows
from guichet.tickets.repository.overview import SoldOnDay

DAYS = 30
AT_ONCE_SECONDS = 0.2
COUNTING_SHARE_MAX = 0.05
"""Counting takes at most this share of the time, however much there is."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Sales of the last thirty days and what is open now.

    `orders` counts those of the same days by state; `refunds_pending` has currency, number and
    amount in minor units; `today` is a day of the zone that was asked for.
    """

    today: date
    days: list[SoldOnDay]
    orders: dict[str, int]
    refunds_pending: list[tuple[str, int, int]]
    needs_attention: int
    events_ahead: int
    read_at: datetime

    def last(self, days: int) -> list[SoldOnDay]:
        """Return what was sold in the last days, today included, one line a currency."""
        first = self.today - timedelta(days=days - 1)
        return _by_currency(first, (each for each in self.days if each.day >= first))


_Key = tuple[int | None, str]


@dataclass(frozen=True, slots=True)
class _Kept:
    """Fresh for a while; then still shown while it is counted anew."""

    overview: Overview
    fresh_until: float
    until: float


async def overview(database: Database, caller: Principal, time_zone: str) -> Overview:
    """Return the overview of what the caller runs; `Forbidden` for who runs no events."""
    return await _count(database, _seen_by(caller), time_zone)


class Overviews:
    """Overviews as many look at them; one for each process.

    What is counted at once is never kept. What takes longer is counted once for all who look, and
    kept for a time in proportion: it says itself when it was read.
    """

    def __init__(self, database: Database, *, at_once_seconds: float = AT_ONCE_SECONDS) -> None:
        self._database = database
        self._at_once_seconds = at_once_seconds
        self._kept: dict[_Key, _Kept] = {}
        self._counting: dict[_Key, asyncio.Task[Overview]] = {}

    async def of(self, caller: Principal, time_zone: str) -> Overview:
        """Return the overview, now or a while ago; `Forbidden` for who runs no events."""
        key = (_seen_by(caller), time_zone)
        kept, moment = self._kept.get(key), monotonic()
        if kept is not None and moment < kept.fresh_until:
            return kept.overview
        counting = self._counting.get(key)
        if counting is None:
            counting = self._counting[key] = asyncio.create_task(self._count(key))
            # Who was shown the last one in the meantime does not ask how it went.
            counting.add_done_callback(lambda done: done.cancelled() or done.exception())
        if kept is not None and moment < kept.until:
            return kept.overview
        # Somebody who stops waiting must not end it for the others.
        return await asyncio.shield(counting)

    async def _count(self, key: _Key) -> Overview:
        try:
            began = monotonic()
            found = await _count(self._database, *key)
            moment = monotonic()
            seconds = (moment - began) / COUNTING_SHARE_MAX
            self._kept = {key: kept for key, kept in self._kept.items() if kept.until > moment}
            if moment - began > self._at_once_seconds:
                self._kept[key] = _Kept(found, moment + seconds, moment + 2 * seconds)
            return found
        finally:
            del self._counting[key]


def _seen_by(caller: Principal) -> int | None:
    """Return whose events the caller sees, None for all of them; `Forbidden` for none."""
    if may(caller, Permission.MANAGE_ALL_EVENTS):
        return None
    if not may(caller, Permission.CREATE_EVENTS):
        raise Forbidden
    return caller.account_id


async def _count(database: Database, creator_id: int | None, time_zone: str) -> Overview:
    at, zone = now(), zone_of(time_zone)
    today = at.astimezone(zone).date()
    first = today - timedelta(days=DAYS - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=zone)
    async with database.snapshot() as connection:
        return Overview(
            today=today,
            days=await rows.sold_by_day(connection, since, time_zone, creator_id),
            orders=await rows.orders_by_state(connection, since, creator_id),
            refunds_pending=await rows.refunds_pending(connection, creator_id),
            needs_attention=await rows.attention_needed(connection, creator_id),
            events_ahead=await rows.events_ahead(connection, at, creator_id),
            read_at=at,
        )


def _by_currency(day: date, sold: Iterable[SoldOnDay]) -> list[SoldOnDay]:
    sums: dict[str, SoldOnDay] = {}
    for each in sold:
        known = sums.get(each.currency, SoldOnDay(day, each.currency, 0, 0))
        sums[each.currency] = SoldOnDay(
            day,
            each.currency,
            known.tickets + each.tickets,
            known.revenue_minor + each.revenue_minor,
        )
    return [sums[currency] for currency in sorted(sums)]
