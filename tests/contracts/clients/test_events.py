"""Calling events: the routes, and what its answers become."""

from typing import Any

import pytest

from guichet.contracts.clients.events import EventsClient
from guichet.kernel.http_client import RemoteRefusal
from tests.contracts.clients.conftest import Asked, Service

SNAPSHOT: dict[str, Any] = {
    "event_id": 5,
    "version": 3,
    "title": "Concert",
    "status": "published",
    "creator_id": 3,
    "starts_at": "2027-06-15T18:00:00Z",
    "time_zone": "Europe/Paris",
    "location": "Lyon",
    "currency": "EUR",
    "per_order_max": 10,
    "ticket_types": [
        {"ticket_type_id": 1, "name": "Standard", "price_minor": 2000, "capacity": 100}
    ],
}


@pytest.fixture
def events(service: Service) -> EventsClient:
    return service.client(EventsClient, "events")


async def test_a_snapshot_is_read(service: Service, events: EventsClient) -> None:
    service.answer = SNAPSHOT
    snapshot = await events.snapshot(5)
    assert snapshot is not None
    assert snapshot.ticket_types[0].capacity == 100
    assert snapshot.model_dump(mode="json", exclude_unset=True) == SNAPSHOT
    assert service.asked == [Asked("GET", "/api/v1/events/internal/events/5", None)]


async def test_an_event_that_is_not_there_is_none(service: Service, events: EventsClient) -> None:
    service.answer, service.status = {"code": "not_found"}, 404
    assert await events.snapshot(5) is None
    service.status = 409
    with pytest.raises(RemoteRefusal):
        await events.snapshot(5)


async def test_the_calendar_is_bytes(service: Service, events: EventsClient) -> None:
    service.answer = "BEGIN:VCALENDAR\r\nSUMMARY:Été".encode()
    assert await events.calendar(5) == service.answer
    assert service.asked[0].path == "/api/v1/events/internal/events/5/calendar.ics"


async def test_exporting(service: Service, events: EventsClient) -> None:
    service.answer = {"events": [1]}
    assert await events.export(7) == {"events": [1]}
    assert service.asked[0].path == "/api/v1/events/internal/accounts/7/export"
