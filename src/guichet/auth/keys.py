"""The keys that sign access tokens: drawn, stored encrypted, published, replaced in time."""

import json
import secrets
import time
from datetime import timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import ECAlgorithm

from guichet.auth import domain
from guichet.auth.repository import signing_keys
from guichet.auth.repository.signing_keys import StoredKey
from guichet.auth.secret_box import SecretBox
from guichet.kernel import clock
from guichet.kernel.database import Database
from guichet.kernel.tokens import ALGORITHM

RELOAD_SECONDS = 60.0
"""Another replica's new key is noticed within this time, long before it signs."""


class KeyRing:
    """The signing keys, as this process knows them."""

    def __init__(self, database: Database, box: SecretBox) -> None:
        self._database = database
        self._box = box
        self._stored: dict[str, StoredKey] = {}
        self._private: dict[str, ec.EllipticCurvePrivateKey] = {}
        self._reload_at = 0.0

    async def sign(self, claims: dict[str, Any]) -> str:
        """Return a token with these claims, signed by the present key, which its header names."""
        await self._reload_if_old()
        times = [key.times for key in self._stored.values()]
        key_id = domain.signing_key(times, clock.now()).id
        if key_id not in self._private:
            self._private[key_id] = self._open(self._stored[key_id])
        return jwt.encode(
            claims, self._private[key_id], algorithm=ALGORITHM, headers={"kid": key_id}
        )

    async def jwks(self) -> dict[str, Any]:
        """Return the public keys: the present one, the coming one, those replaced lately."""
        await self._reload_if_old()
        return {"keys": [dict(key.public_jwk) for key in self._stored.values()]}

    async def maintain(self) -> None:
        """Draw the first key, the next one when its time comes, and forget retired ones."""
        async with self._database.transaction() as transaction:
            await signing_keys.lock_rotation(transaction)
            moment = clock.now()
            times = [key.times for key in await signing_keys.all_keys(transaction)]
            if retired := domain.retired_keys(times, moment):
                await signing_keys.delete_keys(transaction, retired)
            if domain.next_key_is_due(times, moment):
                lead = domain.KEY_LEAD if times else timedelta(0)
                await signing_keys.insert_key(transaction, self._draw(lead))
        await self._reload()

    async def rotate(self, *, immediately: bool = False, withdraw_others: bool = False) -> str:
        """Draw a new key and return its id.

        It signs once every service has had the time to learn it, or `immediately`: services then
        look it up when they first meet it. `withdraw_others` is for a key that has leaked: tokens
        signed by any other are refused as soon as services renew what they know, in five minutes.
        """
        key = self._draw(timedelta(0) if immediately else domain.KEY_LEAD)
        async with self._database.transaction() as transaction:
            await signing_keys.lock_rotation(transaction)
            if withdraw_others:
                others = [other.id for other in await signing_keys.all_keys(transaction)]
                await signing_keys.delete_keys(transaction, others)
            await signing_keys.insert_key(transaction, key)
        await self._reload()
        return key.id

    async def _reload_if_old(self) -> None:
        if time.monotonic() >= self._reload_at:
            await self._reload()

    async def _reload(self) -> None:
        async with self._database.reading() as connection:
            stored = await signing_keys.all_keys(connection)
        self._stored = {key.id: key for key in stored}
        self._private = {
            key_id: key for key_id, key in self._private.items() if key_id in self._stored
        }
        self._reload_at = time.monotonic() + RELOAD_SECONDS

    def _draw(self, lead: timedelta) -> StoredKey:
        key_id = secrets.token_hex(8)
        private = ec.generate_private_key(ec.SECP256R1())
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        public: dict[str, Any] = json.loads(ECAlgorithm.to_jwk(private.public_key()))
        moment = clock.now()
        return StoredKey(
            id=key_id,
            public_jwk={**public, "kid": key_id, "use": "sig", "alg": ALGORITHM},
            private_pem=self._box.encrypt(pem, purpose=f"signing key {key_id}"),
            created_at=moment,
            signs_from=moment + lead,
        )

    def _open(self, key: StoredKey) -> ec.EllipticCurvePrivateKey:
        pem = self._box.decrypt(key.private_pem, purpose=f"signing key {key.id}")
        private = load_pem_private_key(pem.encode(), password=None)
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise TypeError("a signing key is not on an elliptic curve")
        return private
