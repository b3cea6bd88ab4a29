"""Access tokens as auth signs them, with a key of the test's own."""

import itertools
import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from guichet.kernel.tokens import ACCESS_TOKEN_SECONDS, ALGORITHM


class FakeIssuer:
    """Signs tokens that a verifier with `jwks` accepts."""

    def __init__(self, key_id: str = "test-key") -> None:
        self.key_id = key_id
        self.private_key = ec.generate_private_key(ec.SECP256R1())
        self._sessions = itertools.count(1)

    async def jwks(self) -> dict[str, Any]:
        """Return the public key as auth publishes it."""
        key: dict[str, Any] = json.loads(ECAlgorithm.to_jwk(self.private_key.public_key()))
        return {"keys": [{**key, "kid": self.key_id, "use": "sig", "alg": ALGORITHM}]}

    def token(self, account_id: int, role: str = "user", **claims: object) -> str:
        """Return a token; `claims` replace what it would say, None leaves a claim out."""
        moment = time.time()
        content: dict[str, object] = {
            "iss": "guichet",
            "aud": "guichet",
            "sub": str(account_id),
            "role": role,
            "sid": f"session-{next(self._sessions)}",
            "iat": moment,
            "exp": int(moment) + ACCESS_TOKEN_SECONDS,
            "email": f"account{account_id}@example.com",
            "name": "Compte Essai",
            "lang": "fr",
            "email_verified": True,
            **claims,
        }
        kept = {name: value for name, value in content.items() if value is not None}
        return jwt.encode(kept, self.private_key, algorithm=ALGORITHM, headers={"kid": self.key_id})
