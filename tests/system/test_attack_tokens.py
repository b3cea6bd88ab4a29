"""Forged, spent and revoked tokens, sent through the gateway; see docs/attacks.md."""

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from tests.system.running import PASSWORD, Person, System, eventually

SERVICES_ASKED = (
    "/auth/user",
    "/users/me",
    "/events?mine=true",
    "/tickets",
    "/notifications/inbox",
)
REVOKED_SECONDS_MAX, REVOKED_SECONDS_MAX_STALLED = 5.0, 30.0
"""What is promised (SECURITY.md), and what a machine that stalls meanwhile is given."""
TRIES_MAX = 3


def part(content: dict[str, Any]) -> str:
    """Return a part of a token as it stands in one."""
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


async def refused_everywhere(system: System, token: str) -> bool:
    """Whether every service answers 401 to this token."""
    who = Person(0, "", token)
    answers = [await system.call("GET", path, who=who) for path in SERVICES_ASKED]
    return all(answer.status == 401 for answer in answers)


async def seconds_until_refused(system: System, token: str) -> float:
    """Return for how long a token that has just been revoked still counts somewhere."""
    begun = looked_at = time.monotonic()

    async def is_refused() -> bool:
        nonlocal looked_at
        looked_at = time.monotonic()
        return await refused_everywhere(system, token)

    await eventually(is_refused, REVOKED_SECONDS_MAX_STALLED)
    return looked_at - begun


async def check_revoked_in_time(system: System, revoke: Callable[[], Awaitable[str]]) -> None:
    """Revoke a new token, and another where it counted for too long: no machine stalls each time.

    `revoke` returns the token that it has revoked.
    """
    took_seconds = [await seconds_until_refused(system, await revoke())]
    while took_seconds[-1] > REVOKED_SECONDS_MAX and len(took_seconds) < TRIES_MAX:
        took_seconds.append(await seconds_until_refused(system, await revoke()))
    assert took_seconds[-1] <= REVOKED_SECONDS_MAX, took_seconds


async def test_no_forged_token_opens_any_service(system: System) -> None:
    real = (await system.demo("admin")).token
    header, claims = (
        jwt.get_unverified_header(real),
        jwt.decode(real, options={"verify_signature": False}),
    )
    signature = real.rsplit(".", 1)[1]
    keys = (await system.expect(200, "GET", "/auth/.well-known/jwks.json"))["keys"]
    own = ec.generate_private_key(ec.SECP256R1())
    own_jwk = json.loads(ECAlgorithm.to_jwk(own.public_key()))
    fetched: list[bytes] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fetched.append(await reader.read(100))
        writer.close()

    listener = await asyncio.start_server(note, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/jwks.json"
    try:
        forged = [
            f"{part({**header, 'alg': 'none'})}.{part(claims)}.",
            f"{part({**header, 'alg': 'None'})}.{part(claims)}.{signature}",
            f"{part(header)}.{part({**claims, 'role': 'admin', 'sub': '1'})}.{signature}",
            f"{part(header)}.{part({**claims, 'exp': claims['exp'] + 10**6})}.{signature}",
            jwt.encode(
                claims, json.dumps(keys[0]) * 2, algorithm="HS256", headers={"kid": header["kid"]}
            ),
            *(
                jwt.encode(claims, own, algorithm="ES256", headers=more)
                for more in (
                    {"kid": header["kid"]},
                    {"kid": "../../../../dev/null"},
                    {"kid": "' OR 1=1 --"},
                    {"kid": header["kid"], "jwk": own_jwk},
                    {"kid": "own", "jku": url},
                    {"kid": "own", "x5u": url},
                )
            ),
            real[:-4] + "AAAA",
            real + ".x",
            "\u00e9",
            "a.b.c",
            "x" * 3000,
        ]
        for token in forged:
            if token.isascii():
                assert await refused_everywhere(system, token), token[:80]
        assert fetched == [], "an address that a token names was fetched"
    finally:
        listener.close()


async def test_no_other_kind_of_token_is_an_access_token(system: System) -> None:
    person = await system.register()
    body = {"email": person.email, "password": PASSWORD}
    tokens = await system.expect(200, "POST", "/auth/login", body)
    assert await refused_everywhere(system, tokens["refresh_token"])
    refused = await system.call("POST", "/auth/refresh", {"refresh_token": tokens["token"]})
    assert refused.status in {401, 422}
    secret = system.secrets()["GUICHET_SERVICE_SECRET"]
    claims = {
        "iss": "users",
        "aud": "service:auth",
        "iat": int(time.time()),
        "exp": int(time.time()) + 60,
    }
    assert await refused_everywhere(system, jwt.encode(claims, secret, algorithm="HS256"))


async def test_a_spent_refresh_token_ends_its_whole_family(system: System) -> None:
    async def refresh(token: str) -> Any:
        return await system.call("POST", "/auth/refresh", {"refresh_token": token})

    async def spend_twice() -> str:
        person = await system.register()
        body = {"email": person.email, "password": PASSWORD}
        first = await system.expect(200, "POST", "/auth/login", body)
        both = await asyncio.gather(*(refresh(first["refresh_token"]) for _ in range(2)))
        assert [answer.status for answer in both] == [200, 200]
        second = both[0].body
        assert second["refresh_token"] == both[1].body["refresh_token"], "the family has forked"
        third = (await refresh(second["refresh_token"])).body
        assert (await refresh(first["refresh_token"])).status == 401
        assert (await refresh(third["refresh_token"])).status == 401
        return str(third["token"])

    await check_revoked_in_time(system, spend_twice)


@pytest.mark.parametrize("end", ["logout", "disabled", "role", "password"])
async def test_a_token_stops_counting_within_seconds(system: System, end: str) -> None:
    async def revoke() -> str:
        person, admin = await system.register(), await system.demo("admin")
        path = f"/auth/accounts/{person.id}"
        if end == "logout":
            await system.expect(200, "POST", "/auth/logout", who=person)
        elif end == "disabled":
            await system.expect(200, "PATCH", path, {"is_active": False}, who=admin)
        elif end == "role":
            await system.expect(200, "PATCH", path, {"role": "operator"}, who=admin)
        else:
            body = {
                "current_password": PASSWORD,
                "password": f"{PASSWORD} 2",
                "password_confirmation": f"{PASSWORD} 2",
            }
            await system.expect(200, "POST", "/auth/password/change", body, who=person)
        return person.token

    await check_revoked_in_time(system, revoke)
