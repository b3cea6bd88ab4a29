"""Sends again what a service has published, to rebuild a stream that NATS has lost."""

import asyncio
from datetime import UTC, datetime

from guichet.kernel import outbox
from guichet.kernel.database import Database
from guichet.local.errors import LocalError
from guichet.local.servable import dsn_of


def replay(service: str, since: str) -> int:
    """Mark what was written since then as unsent; the running service sends it within a second.

    `since` is a time in RFC 3339; without an offset it is read as UTC. Returns how many messages
    will be sent again; receivers recognise those that they have had.
    """
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        raise LocalError("bad_time", value=since) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return asyncio.run(_mark(dsn_of(service), service, moment))


async def _mark(dsn: str, service: str, moment: datetime) -> int:
    database = Database(dsn, application=f"{service} replay")
    await database.open()
    try:
        async with database.transaction() as transaction:
            return await outbox.replay(transaction, moment)
    finally:
        await database.close()
