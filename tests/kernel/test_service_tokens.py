"""Services believe a service's own token, and nobody else's."""

import time
from collections.abc import Callable

import jwt
import pytest

from guichet.kernel import tokens
from guichet.kernel.problems import Unauthenticated
from guichet.kernel.tokens import ServiceTokens
from tests.kernel.token_helpers import Authority, clock_ahead, raw_token

SECRET = "a secret of thirty-two characters or more"


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    return clock_ahead(monkeypatch)


def test_a_service_token_names_its_service() -> None:
    issued = ServiceTokens(SECRET, service="users").issue("auth")
    assert ServiceTokens(SECRET, service="auth").verify(f"Bearer {issued}") == "users"


def test_a_service_token_is_good_for_the_called_service_alone() -> None:
    issued = ServiceTokens(SECRET, service="users").issue("auth")
    with pytest.raises(Unauthenticated):
        ServiceTokens(SECRET, service="tickets").verify(f"Bearer {issued}")


def test_a_service_token_expires(later: Callable[[float], None]) -> None:
    old = jwt.encode(
        {"iss": "users", "aud": "service:auth", "iat": 1, "exp": int(time.time()) - 60}, SECRET
    )
    auth = ServiceTokens(SECRET, service="auth")
    with pytest.raises(Unauthenticated):
        auth.verify(f"Bearer {old}")
    users = ServiceTokens(SECRET, service="users")
    first = users.issue("auth")
    later(tokens.SERVICE_TOKEN_SECONDS / 2 + 1)
    assert users.issue("auth") != first


@pytest.mark.parametrize("issued_at", [4_000_000_000, float("nan"), [], "soon", None])
def test_a_service_token_does_not_count_before_its_time(issued_at: object) -> None:
    claims = {"iss": "users", "aud": "service:auth", "iat": issued_at, "exp": 4_000_003_600}
    with pytest.raises(Unauthenticated):
        ServiceTokens(SECRET, service="auth").verify(f"Bearer {jwt.encode(claims, SECRET)}")


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer x",
        "Basic abc",
        f"Bearer {raw_token({'alg': 'none'}, {'iss': 'users', 'aud': 'service:auth'})}",
        f"Bearer {raw_token('[' * 50_000, '{}')}",
    ],
    ids=lambda value: str(value)[:14],
)
def test_anything_but_a_service_token_is_refused(authorization: str | None) -> None:
    with pytest.raises(Unauthenticated):
        ServiceTokens(SECRET, service="auth").verify(authorization)


def test_a_persons_token_opens_no_internal_route() -> None:
    with pytest.raises(Unauthenticated):
        ServiceTokens(SECRET, service="auth").verify(f"Bearer {Authority().token()}")


def test_without_a_secret_no_service_is_believed() -> None:
    forged = jwt.encode(
        {"iss": "users", "aud": "service:auth", "iat": 1, "exp": int(time.time()) + 60}, "x" * 32
    )
    with pytest.raises(Unauthenticated):
        ServiceTokens("", service="auth").verify(f"Bearer {forged}")
