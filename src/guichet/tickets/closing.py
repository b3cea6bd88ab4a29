"""Closing the ledger's days, and checking what was closed."""

from datetime import date, timedelta

from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.tickets.ledger import FIRST_DAY_HASH, Day, day_hash
from guichet.tickets.repository import ledger as ledger_rows
from guichet.tickets.repository.stock import Connection

SETTLED_AFTER = timedelta(hours=1)
"""A day is closed this long after its end, when no transaction of that day can be open any more."""


class Closing:
    """Seals each day that has ended, in the order of the days."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def close_ended_days(self) -> list[Day]:
        """Close yesterday, with everything entered since the last closing; any replica may ask.

        Days without a transfer are not closed by themselves: the next closing covers them.
        """
        today = (now() - SETTLED_AFTER).date()
        async with self._database.hot.acquire() as connection, connection.transaction():
            await ledger_rows.lock_days(connection)
            latest = await ledger_rows.closed_days(connection, 1)
            after_id, previous = 0, FIRST_DAY_HASH
            if latest:
                after_id, previous = latest[0].last_transfer_id, latest[0].hash
            yesterday = today - timedelta(days=1)
            if latest and latest[0].day >= yesterday:
                return []
            up_to_id = await ledger_rows.last_transfer_before(connection, today)
            if up_to_id <= after_id:
                return []
            day = await _sealed(connection, yesterday, after_id, up_to_id, previous)
            await ledger_rows.insert_day(connection, day)
        return [day]


async def _sealed(
    connection: Connection, day: date, after_id: int, up_to_id: int, previous: str
) -> Day:
    transfers = await ledger_rows.transfers_between(connection, after_id, up_to_id)
    return Day(day, len(transfers), up_to_id, day_hash(previous, day, transfers))


async def broken_days(connection: Connection) -> list[date]:
    """Return the closed days whose seal does not match their transfers, or the day before."""
    broken: list[date] = []
    after_id, previous = 0, FIRST_DAY_HASH
    for day in reversed(await ledger_rows.closed_days(connection)):
        sealed = await _sealed(connection, day.day, after_id, day.last_transfer_id, previous)
        if (sealed.hash, sealed.transfers) != (day.hash, day.transfers):
            broken.append(day.day)
        after_id, previous = day.last_transfer_id, day.hash
    return broken
