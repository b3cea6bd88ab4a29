"""All sales at a glance: an organiser's own, everybody's for an administrator."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from guichet.contracts.roles import Permission, may
from guichet.contracts.times import zone_of
from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.problems import Forbidden
from guichet.kernel.tokens import Principal
from guichet.tickets.repository import overview as rows
from guichet.tickets.repository.overview import SoldOnDay

DAYS = 30


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


async def overview(database: Database, caller: Principal, time_zone: str) -> Overview:
    """Return the overview of what the caller runs; `Forbidden` for who runs no events."""
    creator_id = None if may(caller, Permission.MANAGE_ALL_EVENTS) else caller.account_id
    if creator_id is not None and not may(caller, Permission.CREATE_EVENTS):
        raise Forbidden
    at, zone = now(), zone_of(time_zone)
    today = at.astimezone(zone).date()
    first = today - timedelta(days=DAYS - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=zone)
    async with database.reading() as connection:
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
