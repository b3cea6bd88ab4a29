"""A crowd of buyers with tokens of their own, signed as auth would sign them.

Registering and signing in tens of thousands of people would take an hour of password hashing;
the services verify these tokens like any others.
"""

import asyncio
import itertools
import time
from collections.abc import Mapping
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from guichet.auth import domain
from guichet.auth.repository import signing_keys
from guichet.auth.secret_box import SecretBox
from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.tokens import ACCESS_TOKEN_SECONDS, ALGORITHM

FIRST_ACCOUNT_ID = 10_000_000
"""Far above the accounts that the benchmark's own system has."""


class Crowd:
    """Draws people who have never been here before."""

    def __init__(self, key_id: str, pem: str) -> None:
        self._key_id = key_id
        self._key = load_pem_private_key(pem.encode(), password=None)
        self._ids = itertools.count(FIRST_ACCOUNT_ID)

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Crowd":
        """Return a crowd whose tokens the system of these settings accepts."""
        return cls(*asyncio.run(_signing_key(environment)))

    def tokens(self, count: int, role: str = "user") -> list[str]:
        """Return as many access tokens, each of somebody else in that role."""
        return [self._token(next(self._ids), role) for _ in range(count)]

    def token_of(self, account_id: int, role: str) -> str:
        """Return an access token of somebody in particular."""
        return self._token(account_id, role)

    def _token(self, account_id: int, role: str) -> str:
        issued_at = int(time.time())
        claims = {
            "iss": "guichet",
            "aud": "guichet",
            "sub": str(account_id),
            "sid": uuid4().hex,
            "role": role,
            "email": f"buyer.{account_id}@example.com",
            "name": "Camille",
            "lang": "fr",
            "email_verified": True,
            "iat": issued_at,
            "exp": issued_at + ACCESS_TOKEN_SECONDS,
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"kid": self._key_id})  # pyright: ignore[reportArgumentType] - an EC key


async def _signing_key(environment: Mapping[str, str]) -> tuple[str, str]:
    box = SecretBox(environment["GUICHET_AUTH_KEY_PASSPHRASE"])
    database = Database(environment["GUICHET_AUTH_DSN"], application="guichet-bench")
    try:
        async with database.reading() as connection:
            stored = {key.id: key for key in await signing_keys.all_keys(connection)}
    finally:
        await database.close()
    key_id = domain.signing_key([key.times for key in stored.values()], now()).id
    return key_id, box.decrypt(stored[key_id].private_pem, purpose=f"signing key {key_id}")
