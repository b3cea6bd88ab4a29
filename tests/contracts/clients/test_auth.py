"""Calling auth: the routes, and what its answers become."""

import pytest

from guichet.contracts.clients.auth import AuthClient
from guichet.kernel.http_client import RemoteRefusal
from tests.contracts.clients.conftest import Asked, Service

PATH = "/api/v1/auth/internal/accounts/7"
ACCOUNT = {
    "account_id": 7,
    "email": "a@example.com",
    "name": "A",
    "role": "user",
    "language": "fr",
    "is_active": True,
    "email_verified": False,
    "added_later": 1,
}


@pytest.fixture
def auth(service: Service) -> AuthClient:
    return service.client(AuthClient, "auth")


async def test_an_account_is_read(service: Service, auth: AuthClient) -> None:
    service.answer = ACCOUNT
    account = await auth.account(7)
    assert account is not None
    assert (account.account_id, account.email, account.city) == (7, "a@example.com", None)
    assert service.asked == [Asked("GET", PATH, None)]


async def test_an_account_that_is_not_there_is_none(service: Service, auth: AuthClient) -> None:
    service.answer, service.status = {"code": "not_found"}, 404
    assert await auth.account(7) is None


async def test_any_other_refusal_is_raised(service: Service, auth: AuthClient) -> None:
    service.answer, service.status = {"code": "unauthenticated"}, 401
    with pytest.raises(RemoteRefusal):
        await auth.account(7)


async def test_a_change_names_every_field(service: Service, auth: AuthClient) -> None:
    service.answer = ACCOUNT
    await auth.update_account(7, name="B", language=None, email=None)
    assert service.asked == [Asked("PUT", PATH, {"name": "B", "language": None, "email": None})]


async def test_deleting_and_exporting(service: Service, auth: AuthClient) -> None:
    await auth.delete_account(7)
    service.answer = {"sessions": []}
    assert await auth.export(7) == {"sessions": []}
    assert service.asked == [Asked("DELETE", PATH, None), Asked("GET", f"{PATH}/export", None)]
