"""Counting what may not happen too often, before anything costly is done."""

from collections.abc import Iterable
from dataclasses import replace

from guichet.auth.context import Context
from guichet.auth.domain import Limit, Limits, check_tallies
from guichet.auth.repository import throttles
from guichet.kernel import clock


def counted(context: Context, limit: Limit, *parts: str | int) -> Limits:
    """Return the limit under the key of what it counts, for example an e-mail address."""
    return {context.box.tally_key(limit.name, *parts): limit}


async def take(context: Context, limits: Limits) -> None:
    """Count one more of each, or raise `TooManyTries` and count none."""
    moment = clock.now()
    async with context.database.transaction() as transaction:
        tallies = await throttles.count_up(transaction, limits, moment)
        check_tallies(tallies, limits, moment)


async def check(context: Context, limits: Limits) -> None:
    """Raise `TooManyTries` where one more would be above a limit; counts nothing."""
    moment = clock.now()
    async with context.database.reading() as connection:
        tallies = await throttles.present_tallies(connection, limits, moment)
    one_more = [replace(tally, count=tally.count + 1) for tally in tallies]
    check_tallies(one_more, limits, moment)


async def give_back(context: Context, limits: Limits, *, begin_anew: Iterable[bytes] = ()) -> None:
    """Take back what `take` counted, since it succeeded; some tallies even begin anew."""
    anew = set(begin_anew)
    async with context.database.transaction() as transaction:
        for key in sorted(limits):
            if key in anew:
                await throttles.forget(transaction, key)
            else:
                await throttles.count_down(transaction, [key])
