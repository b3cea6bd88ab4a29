"""Calling notifications: its one internal route."""

from guichet.contracts.clients.notifications import NotificationsClient
from tests.contracts.clients.conftest import Asked, Service


async def test_exporting(service: Service) -> None:
    service.answer = {"held": [1, 2]}
    assert await service.client(NotificationsClient, "notifications").export(7) == {"held": [1, 2]}
    assert service.asked == [Asked("GET", "/api/v1/notifications/internal/accounts/7/export", None)]
