"""Counting what may not happen too often, before anything costly is done."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from guichet.auth.context import Context
from guichet.auth.domain import (
    Limit,
    Limits,
    Tally,
    seconds_to_wait,
    tallies_above,
)
from guichet.auth.domain.refusals import (
    TooManyTries,
)
from guichet.auth.repository import throttles
from guichet.kernel import clock


def counted(context: Context, limit: Limit, *parts: str | int) -> Limits:
    """Return the limit under the key of what it counts, for example an e-mail address."""
    return {context.box.tally_key(limit.name, *parts): limit}


async def take(context: Context, limits: Limits) -> None:
    """Count one more of each, or raise `TooManyTries` and count none."""
    context.refusals.check(limits)
    moment = clock.now()
    async with context.database.transaction() as transaction:
        tallies = await throttles.count_up(transaction, limits, moment)
        _refuse_above(context, tallies, limits, moment)


async def check(context: Context, limits: Limits) -> None:
    """Raise `TooManyTries` where one more would be above a limit; counts nothing."""
    context.refusals.check(limits)
    moment = clock.now()
    async with context.database.reading() as connection:
        tallies = await throttles.present_tallies(connection, limits, moment)
    one_more = [replace(tally, count=tally.count + 1) for tally in tallies]
    _refuse_above(context, one_more, limits, moment)


def _refuse_above(
    context: Context, tallies: Sequence[Tally], limits: Limits, moment: datetime
) -> None:
    above = tallies_above(tallies, limits)
    if above:
        wait = seconds_to_wait(above, moment)
        context.refusals.note([tally.key for tally in above], wait)
        raise TooManyTries(retry_after_seconds=wait)


async def give_back(context: Context, limits: Limits, *, begin_anew: Iterable[bytes] = ()) -> None:
    """Take back what `take` counted, since it succeeded; some tallies even begin anew."""
    anew = set(begin_anew)
    context.refusals.forget(limits)
    async with context.database.transaction() as transaction:
        for key in sorted(limits):
            if key in anew:
                await throttles.forget(transaction, key)
            else:
                await throttles.count_down(transaction, [key])
