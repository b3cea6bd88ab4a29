"""Route parameters: somebody, perhaps somebody, a service; over HTTP in test_app.py."""

from collections.abc import Awaitable, Callable
from typing import get_args

import pytest
from fastapi import Request

from guichet.kernel.callers import Caller, CallingService, OptionalCaller
from guichet.kernel.problems import Unauthenticated
from guichet.kernel.tokens import Principal, Revocations, ServiceTokens, SigningKeys, TokenVerifier
from tests.fakes.issuer import FakeIssuer

SECRET = "a secret of thirty-two characters or more"
issuer = FakeIssuer()


class App:
    """What a request knows of its application."""

    class state:  # noqa: N801 - Starlette's name
        verifier: TokenVerifier
        service_tokens: ServiceTokens


def request_with(authorization: str | None) -> Request:
    app = App()
    app.state.verifier = TokenVerifier(
        SigningKeys(issuer.jwks), Revocations(), issuer="guichet", audience="guichet"
    )
    app.state.service_tokens = ServiceTokens(SECRET, service="things")
    headers = [(b"authorization", authorization.encode())] if authorization else []
    return Request({"type": "http", "headers": headers, "app": app})


def dependency_of(parameter: object) -> Callable[..., Awaitable[object]]:
    """Return the function that FastAPI calls for a parameter of that kind."""
    return get_args(parameter)[1].dependency


async def who(parameter: object, authorization: str | None) -> object:
    return await dependency_of(parameter)(request_with(authorization), None)


async def test_perhaps_somebody() -> None:
    assert await who(OptionalCaller, None) is None
    principal = await who(OptionalCaller, f"Bearer {issuer.token(7, 'admin')}")
    assert isinstance(principal, Principal)
    assert (principal.account_id, principal.role) == (7, "admin")
    with pytest.raises(Unauthenticated):
        await who(OptionalCaller, "Basic eDp5")


async def test_somebody() -> None:
    someone = dependency_of(Caller)
    principal = await who(OptionalCaller, f"Bearer {issuer.token(7)}")
    assert await someone(principal) is principal
    with pytest.raises(Unauthenticated):
        await someone(None)


async def test_a_service() -> None:
    find = dependency_of(CallingService)
    token = ServiceTokens(SECRET, service="tickets").issue("things")
    assert await find(request_with(f"Bearer {token}")) == "tickets"
    for wrong in (None, f"Bearer {issuer.token(7)}", f"Basic {token}"):
        with pytest.raises(Unauthenticated):
            await find(request_with(wrong))
