"""How often things were tried lately, in the database, so that replicas count together."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from guichet.auth.domain import Limits, Tally
from guichet.auth.tables import throttles
from guichet.kernel.database import Transaction


async def count_up(transaction: Transaction, limits: Limits, moment: datetime) -> list[Tally]:
    """Count one more of each and return the tallies; a window that has ended begins anew."""
    # In one order for everybody, so that two requests never wait for each other's rows.
    rows = [
        {"key": key, "count": 1, "ends_at": moment + timedelta(seconds=limit.seconds)}
        for key, limit in sorted(limits.items(), key=lambda item: item[0])
    ]
    statement = insert(throttles).values(rows)
    has_ended = throttles.c.ends_at <= moment
    result = await transaction.execute(
        statement.on_conflict_do_update(
            index_elements=[throttles.c.key],
            set_={
                "count": case((has_ended, 1), else_=throttles.c.count + 1),
                "ends_at": case((has_ended, statement.excluded.ends_at), else_=throttles.c.ends_at),
            },
        ).returning(throttles.c.key, throttles.c.count, throttles.c.ends_at)
    )
    return [Tally(**row) for row in result.mappings()]


async def present_tallies(connection: Transaction, limits: Limits, moment: datetime) -> list[Tally]:
    """Return the tallies as they stand, those whose window has ended left out."""
    result = await connection.execute(
        select(throttles.c.key, throttles.c.count, throttles.c.ends_at).where(
            throttles.c.key.in_(list(limits)), throttles.c.ends_at > moment
        )
    )
    return [Tally(**row) for row in result.mappings()]


async def count_down(transaction: Transaction, keys: Iterable[bytes]) -> None:
    """Take back one of each: what was tried has succeeded."""
    for key in sorted(keys):
        await transaction.execute(
            update(throttles)
            .where(throttles.c.key == key)
            .values(count=func.greatest(throttles.c.count - 1, 0))
        )


async def forget(transaction: Transaction, key: bytes) -> None:
    """Begin a tally anew."""
    await transaction.execute(delete(throttles).where(throttles.c.key == key))


async def purge_throttles(transaction: Transaction, moment: datetime) -> None:
    """Forget windows that have ended."""
    await transaction.execute(delete(throttles).where(throttles.c.ends_at <= moment))
