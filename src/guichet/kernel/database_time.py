"""The services' common time is their database's.

Rows are judged by it where SQL says `now()`, so it is the one clock that all replicas share anyway.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy import text

from guichet.kernel import clock
from guichet.kernel.database import Database
from guichet.kernel.logs import logger
from guichet.kernel.workers import Workers, every

LOOK_SECONDS = 10.0

log = logger(__name__)


@asynccontextmanager
async def told(database: Database) -> AsyncGenerator[None]:
    """Tell this database's time in this process, until the end; raises the driver's errors."""
    workers = Workers()
    clock.count_on()
    try:
        await look(database)
        workers.start("time", every(LOOK_SECONDS, lambda: look(database)))
        yield
    finally:
        await workers.stop()
        clock.stop_counting()


async def look(database: Database) -> None:
    """Set the time by the database's, where the two differ; raises the driver's errors."""
    async with database.reading() as connection:
        asked_at = clock.steady_seconds()
        found = await connection.scalar(text("SELECT extract(epoch FROM clock_timestamp())"))
        answered_at = clock.steady_seconds()
    if found is None:
        return
    if wrong_by := clock.heed(float(found), asked_at, answered_at):
        log.warning(
            "this machine's clock is not the database's, which counts",
            seconds_ahead=round(wrong_by, 3),
        )
