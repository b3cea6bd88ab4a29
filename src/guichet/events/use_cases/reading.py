"""What people and services read: lists, one event, figures, the calendar file."""

from dataclasses import dataclass, replace
from typing import Any

from guichet.contracts.clients.tickets import EventSales
from guichet.contracts.messages.events import EventSnapshot
from guichet.events.calendar_file import calendar_of
from guichet.events.domain.problems import EventNotFound
from guichet.events.domain.records import Event, EventFilter, Viewer
from guichet.events.repository import reading
from guichet.events.repository.pages import PublicPage, published_pages
from guichet.events.use_cases.announcing import snapshot
from guichet.events.use_cases.means import Means
from guichet.kernel.clock import now
from guichet.kernel.paging import PageAsked
from guichet.kernel.problems import Forbidden

SITEMAP_PAGES_MAX = 49_000
"""A sitemap may hold 50,000 addresses (sitemaps.org)."""


@dataclass(frozen=True, slots=True)
class EventPage:
    """One page of events, and how many there are in all."""

    events: list[Event]
    total: int


async def list_events(means: Means, wanted: EventFilter, asked: PageAsked) -> EventPage:
    """Return one page of the events that the filter lets through."""
    async with means.database.reading() as connection:
        found = await reading.page(connection, wanted, limit=asked.per_page, offset=asked.offset)
        is_whole = asked.page == 1 and len(found) < asked.per_page
        total = len(found) if is_whole else await reading.count(connection, wanted)
    return EventPage(found, total)


def mine(viewer: Viewer, wanted: EventFilter) -> EventFilter:
    """Narrow a list to the viewer's own events; `Forbidden` for who creates none."""
    if not viewer.creates_events:
        raise Forbidden
    return replace(wanted, own_drafts_of=None, creator_id=viewer.account_id)


async def get_event(means: Means, viewer: Viewer, event_id: int) -> Event:
    """Return an event that the viewer may see; `EventNotFound` otherwise."""
    event = await _event(means, event_id)
    event.require_sight(viewer)
    return event


async def get_own_event(means: Means, viewer: Viewer, event_id: int) -> Event:
    """Return an event that the viewer may change."""
    event = await _event(means, event_id)
    event.require_control(viewer)
    return event


async def get_snapshot(means: Means, event_id: int) -> EventSnapshot:
    """Return an event in any state, as messages carry it."""
    return snapshot(await _event(means, event_id))


async def get_calendar(means: Means, viewer: Viewer | None, event_id: int) -> bytes:
    """Return the event's calendar file; `viewer` None for another service."""
    event = await _event(means, event_id)
    if viewer is not None:
        event.require_sight(viewer)
    return calendar_of(event, f"{means.outside_url}/e/{event_id}")


async def get_published_pages(means: Means) -> list[PublicPage]:
    """Return the pages that search engines may know: as many as one sitemap holds."""
    async with means.database.reading() as connection:
        return await published_pages(connection, now(), SITEMAP_PAGES_MAX)


async def get_figures(means: Means, viewer: Viewer, event_id: int) -> tuple[Event, EventSales]:
    """Return an event with its figures, read at their source; for those who may change it."""
    event = await get_own_event(means, viewer, event_id)
    return event, await means.tickets.sales(event_id)


async def get_categories(means: Means) -> list[dict[str, Any]]:
    """Return key, name_fr and name_en of every category."""
    async with means.database.reading() as connection:
        return await reading.all_categories(connection)


async def export_account(means: Means, account_id: int) -> list[dict[str, object]]:
    """Return all that events holds of a person: the events that they created."""
    async with means.database.reading() as connection:
        return await reading.events_of(connection, account_id)


async def _event(means: Means, event_id: int) -> Event:
    async with means.database.reading() as connection:
        event = await reading.event(connection, event_id)
    if event is None:
        raise EventNotFound
    return event
