"""Signing keys: published without their private part, replaced without a gap."""

import pytest

from tests.auth.conftest import Auth

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_public_keys_hold_nothing_private(auth: Auth) -> None:
    answer = await auth.ask("GET", "/.well-known/jwks.json")
    assert answer.status == 200
    (key,) = answer.body["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert key["alg"] == "ES256"
