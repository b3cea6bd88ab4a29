"""An authority whose tokens tests can bend, and clocks they can move."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from guichet.kernel import clock, tokens
from guichet.kernel.tokens import ACCESS_TOKEN_SECONDS, Revocations, SigningKeys, TokenVerifier


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def jwk_of(key: ec.EllipticCurvePrivateKey, kid: str) -> dict[str, Any]:
    return {**json.loads(ECAlgorithm.to_jwk(key.public_key())), "kid": kid, "alg": "ES256"}


@dataclass
class Authority:
    """Stands for auth: publishes keys, counts who asks, can be down."""

    keys: dict[str, ec.EllipticCurvePrivateKey] = field(default_factory=lambda: {"k1": new_key()})
    fetches: int = 0
    is_down: bool = False

    async def publish(self) -> dict[str, Any]:
        self.fetches += 1
        if self.is_down:
            raise ConnectionError
        return {"keys": [jwk_of(key, kid) for kid, key in self.keys.items()]}

    def verifier(self) -> TokenVerifier:
        return TokenVerifier(
            SigningKeys(self.publish), Revocations(), issuer="guichet", audience="guichet"
        )

    def token(self, kid: str = "k1", headers: dict[str, Any] | None = None, **changed: Any) -> str:
        return jwt.encode(
            claims(**changed),
            self.keys[kid],
            algorithm="ES256",
            headers={"kid": kid, **(headers or {})},
        )


def claims(**changed: Any) -> dict[str, Any]:
    moment = time.time()
    every: dict[str, Any] = {
        "iss": "guichet",
        "aud": "guichet",
        "sub": "7",
        "sid": "session-7",
        "role": "user",
        "email": "somebody@example.com",
        "name": "Somebody",
        "lang": "en",
        "email_verified": True,
        "iat": round(moment, 3),
        "exp": int(moment) + ACCESS_TOKEN_SECONDS,
    }
    return {name: value for name, value in {**every, **changed}.items() if value is not None}


def raw_token(header: object, payload: object, signature: bytes = b"") -> str:
    def part(content: object) -> str:
        text = content if isinstance(content, str) else json.dumps(content)
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

    ending = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
    return f"{part(header)}.{part(payload)}.{ending}"


def clock_ahead(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Return a function that lets both clocks of the kernel's tokens run ahead by some seconds."""
    ahead = [0.0]
    wall, steady = time.time, time.monotonic

    class Clock:
        time = staticmethod(lambda: wall() + ahead[0])
        monotonic = staticmethod(lambda: steady() + ahead[0])

    monkeypatch.setattr(tokens, "time", Clock)
    monkeypatch.setattr(clock, "seconds", Clock.time)

    def advance(seconds: float) -> None:
        ahead[0] += seconds

    return advance
