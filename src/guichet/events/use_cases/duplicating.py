"""Duplicating an event."""

from datetime import datetime

from guichet.events.domain.duplicating import duplicate_of
from guichet.events.domain.problems import EventNotFound
from guichet.events.domain.records import Event, Viewer
from guichet.events.repository import images, reading
from guichet.events.use_cases.editing import add_draft
from guichet.events.use_cases.means import Means
from guichet.events.use_cases.reading import get_own_event
from guichet.kernel.clock import now


async def duplicate_event(
    means: Means, viewer: Viewer, event_id: int, *, starts_at: datetime | None, title: str | None
) -> Event:
    """Make a draft like an event that the viewer runs, its picture included.

    Raises `EventNotFound` or `Forbidden`.
    """
    moment = now()
    event = await get_own_event(means, viewer, event_id)
    draft = duplicate_of(event, moment, starts_at=starts_at, title=title)
    async with means.database.transaction() as transaction:
        new_id = await add_draft(transaction, draft, moment)
        await images.copy_image(transaction, event_id, new_id)
        copied = await reading.event(transaction, new_id)
    if copied is None:
        raise EventNotFound
    return copied
