"""The demo events, for development alone."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp

from guichet.contracts.clients.tickets import TicketsClient
from guichet.contracts.money import CURRENCY_DEFAULT
from guichet.contracts.times import TIME_ZONE_DEFAULT, zone_of
from guichet.events.demo_events import DEMO_EVENTS, DemoEvent
from guichet.events.domain.records import Event, EventEdit, TicketTypeEdit, Viewer
from guichet.events.domain.states import Status
from guichet.events.domain.terms import FRENCH_HOUSE, HouseTerms
from guichet.events.repository import reading
from guichet.events.settings import Settings
from guichet.events.use_cases.editing import create_event
from guichet.events.use_cases.means import Means
from guichet.events.use_cases.pictures import upload_image
from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.tokens import ServiceTokens

SERVICE = "events"
POSTERS = Path(__file__).parent / "demo_posters"
_PICTURES_AT_ONCE = 2
"""Each takes about half a second of one core, while whoever started the system waits."""


class DemoInProduction(RuntimeError):
    """Demo events were asked for in production."""


async def seed(settings: Settings) -> list[Event]:
    """Create the demo events that are missing, and return those that were.

    They go the way of every event, so a running service tells the others of them. An event counts
    as there while it lies ahead; once it is over, seeding makes a new one. Raises
    `DemoInProduction`.
    """
    if settings.is_production:
        raise DemoInProduction("demo events are for development only")
    database = Database(settings.events_dsn, application="events-seed", connections_max=1)
    try:
        async with aiohttp.ClientSession() as session:
            tokens = ServiceTokens(settings.service_secret, service=SERVICE)
            url = settings.url_of("tickets")
            tickets = TicketsClient(session, url, service="tickets", tokens=tokens)
            means = Means(
                database,
                tickets,
                settings.outside_url,
                settings.house_terms,
                one_picture=asyncio.Semaphore(_PICTURES_AT_ONCE),
            )
            made = [
                (demo, event)
                for demo in DEMO_EVENTS
                if (event := await _create(means, demo)) is not None
            ]
            return await _illustrate(means, made)
    finally:
        await database.close()


async def _create(means: Means, demo: DemoEvent) -> Event | None:
    async with means.database.reading() as connection:
        if await reading.demo_is_there(connection, demo.title, demo.creator_id):
            return None
    viewer = Viewer(account_id=demo.creator_id, creates_events=True)
    return await create_event(means, viewer, edit_of(demo, now(), means.house))


async def _illustrate(means: Means, made: Sequence[tuple[DemoEvent, Event]]) -> list[Event]:
    """Upload each event's poster as its organiser would; return the events with their pictures."""
    return await asyncio.gather(
        *(
            upload_image(
                means,
                Viewer(account_id=demo.creator_id, creates_events=True),
                event.event_id,
                (POSTERS / f"{demo.poster}.webp").read_bytes(),
            )
            for demo, event in made
        )
    )


def edit_of(demo: DemoEvent, moment: datetime, house: HouseTerms = FRENCH_HOUSE) -> EventEdit:
    """Return what is asked of `create_event`, with dates ahead of that moment."""
    day = moment.astimezone(zone_of(TIME_ZONE_DEFAULT)).date() + timedelta(days=demo.days_ahead)
    day += timedelta(days=(demo.weekday - day.weekday()) % 7)
    starts_at = datetime.combine(day, demo.starts)
    return EventEdit(
        values={
            "title": demo.title,
            "description": demo.description,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(hours=demo.hours),
            "time_zone": TIME_ZONE_DEFAULT,
            "location": demo.location,
            "venue": demo.venue,
            "city": demo.city,
            "category": demo.category,
            "currency": CURRENCY_DEFAULT,
        },
        status=Status.PUBLISHED if demo.is_published else Status.DRAFT,
        fee=demo.fee,
        refund_rules=demo.refund_rules,
        ticket_types=tuple(_at_home(kind, house) for kind in demo.ticket_types),
        speakers=demo.speakers,
        sponsors=demo.sponsors,
    )


def _at_home(kind: TicketTypeEdit, house: HouseTerms) -> TicketTypeEdit:
    """Return a ticket type with the house's own rate where it does not have the French one."""
    if kind.values.get("vat_basis_points") in house.vat_rates:
        return kind
    values = {name: value for name, value in kind.values.items() if name != "vat_basis_points"}
    return replace(kind, values=values)
