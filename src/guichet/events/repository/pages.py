"""Statements on the public pages of events."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from guichet.events.domain.states import Status
from guichet.events.tables import events
from guichet.kernel.database import Transaction


@dataclass(frozen=True, slots=True)
class PublicPage:
    """The page of a published event."""

    event_id: int
    updated_at: datetime


async def published_pages(connection: Transaction, at: datetime, limit: int) -> list[PublicPage]:
    """Return the pages of published events that are not over, soonest first."""
    found = await connection.execute(
        select(events.c.id, events.c.updated_at)
        .where(events.c.status == Status.PUBLISHED, events.c.over_at > at)
        .order_by(events.c.starts_at, events.c.id)
        .limit(limit)
    )
    return [PublicPage(*row) for row in found]
