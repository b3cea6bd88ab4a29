"""Calling tickets: the routes, and what its answers become."""

import pytest

from guichet.contracts.clients.tickets import TicketsClient
from guichet.contracts.messages.events import EventSnapshot
from guichet.kernel.http_client import RemoteRefusal
from tests.contracts.clients.conftest import Asked, Service
from tests.contracts.clients.test_events import SNAPSHOT

LEVEL = {"ticket_type_id": 1, "capacity": 100, "sold": 3, "held": 2}


@pytest.fixture
def tickets(service: Service) -> TicketsClient:
    return service.client(TicketsClient, "tickets")


async def test_an_offer_is_the_whole_event(service: Service, tickets: TicketsClient) -> None:
    service.answer = [LEVEL]
    event = EventSnapshot.model_validate(SNAPSHOT)
    (level,) = await tickets.offer(event)
    assert (level.capacity, level.sold, level.held) == (100, 3, 2)
    (asked,) = service.asked
    assert (asked.method, asked.path) == ("PUT", "/api/v1/tickets/internal/events/5/offer")
    assert EventSnapshot.model_validate(asked.body) == event


async def test_a_refused_capacity_is_named(service: Service, tickets: TicketsClient) -> None:
    service.answer, service.status = {"code": "capacity_below_sold"}, 409
    with pytest.raises(RemoteRefusal) as refusal:
        await tickets.offer(EventSnapshot.model_validate(SNAPSHOT))
    assert refusal.value.code == "capacity_below_sold"


async def test_sales(service: Service, tickets: TicketsClient) -> None:
    service.answer = {
        "event_id": 5,
        "currency": "EUR",
        "capacity": 100,
        "sold": 3,
        "held": 2,
        "revenue_minor": 6000,
        "refunded_minor": 0,
        "admitted": 1,
        "cancelled": 0,
        "levels": [LEVEL],
        "by_day": [{"day": "2027-06-01", "tickets": 3, "revenue_minor": 6000}],
        "added_later": 1,
    }
    sales = await tickets.sales(5)
    assert (sales.sold, sales.by_day[0].tickets) == (3, 3)
    assert service.asked == [Asked("GET", "/api/v1/tickets/internal/events/5/sales", None)]


async def test_the_pdf_is_bytes_and_exporting(service: Service, tickets: TicketsClient) -> None:
    service.answer = b"%PDF-1.7"
    assert await tickets.order_pdf("ABCD") == b"%PDF-1.7"
    service.answer = {"orders": []}
    assert await tickets.export(7) == {"orders": []}
    assert [asked.path for asked in service.asked] == [
        "/api/v1/tickets/internal/orders/ABCD/tickets.pdf",
        "/api/v1/tickets/internal/accounts/7/export",
    ]
