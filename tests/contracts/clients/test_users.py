"""Calling users: its one internal route."""

from guichet.contracts.clients.users import UsersClient
from tests.contracts.clients.conftest import Asked, Service


async def test_exporting(service: Service) -> None:
    service.answer = {"held": [1, 2]}
    assert await service.client(UsersClient, "users").export(7) == {"held": [1, 2]}
    assert service.asked == [Asked("GET", "/api/v1/users/internal/accounts/7/export", None)]
