"""Who is calling: access tokens of people, service tokens of services."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from jwt import PyJWK
from jwt.types import Options

from guichet.kernel import access_tokens, clock
from guichet.kernel.access_tokens import ALGORITHM, LEEWAY_SECONDS
from guichet.kernel.logs import logger
from guichet.kernel.problems import Unauthenticated, Unavailable

ACCESS_TOKEN_SECONDS = 15 * 60
SERVICE_TOKEN_SECONDS = 60
CACHED_TOKENS_MAX = 50_000
JWKS_FETCH_SECONDS_MIN = 5.0
JWKS_FIRST_FETCH_SECONDS_MIN = 0.5
JWKS_AGE_SECONDS_MAX = 300.0
_UNREADABLE = (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError)
"""What decoding can raise; PyJWT wraps most of it, which is not left to its next release."""

_REQUIRED: Options = {
    "require": ["exp", "iat", "iss", "aud"],
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}
"""What a service's token has to say; its times are judged here, by the services' common time."""

log = logger(__name__)

KeySource = Callable[[], Awaitable[dict[str, Any]]]
"""Returns a JWKS document; raises where it cannot be had now."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A person with a valid access token."""

    account_id: int
    role: str
    session_id: str
    email: str
    name: str
    language: str
    email_verified: bool
    issued_at: float
    expires_at: int


class Revocations:
    """Sessions and accounts whose tokens no longer count, although they have not expired.

    Kept in memory, fed by messages; an entry is of no use once the longest token has expired.
    """

    def __init__(self) -> None:
        self._sessions: dict[str, float] = {}
        self._accounts: dict[int, float] = {}
        self.changes = 0

    def revoke_session(self, session_id: str) -> None:
        """Refuse every token of this session."""
        self._sessions[session_id] = clock.seconds()
        self._forget_old()

    def revoke_account(self, account_id: int, *, issued_until: float) -> None:
        """Refuse every token of this account that was issued before that instant (Unix time)."""
        self._accounts[account_id] = max(issued_until, self._accounts.get(account_id, 0.0))
        self._forget_old()

    def covers(self, principal: Principal) -> bool:
        """Return whether this token has been revoked."""
        if principal.session_id in self._sessions:
            return True
        until = self._accounts.get(principal.account_id)
        return until is not None and principal.issued_at < until

    def _forget_old(self) -> None:
        self.changes += 1
        if self.changes % 1000:
            return
        oldest = clock.seconds() - 2 * ACCESS_TOKEN_SECONDS
        self._sessions = {key: at for key, at in self._sessions.items() if at > oldest}
        self._accounts = {key: at for key, at in self._accounts.items() if at > oldest}


class SigningKeys:
    """The public keys of auth, fetched once, again when an unknown one is named, and now and then.

    Keys that are known stay good while auth cannot be asked.
    """

    def __init__(self, source: KeySource) -> None:
        self._source = source
        self._keys: dict[str, EllipticCurvePublicKey] = {}
        self._fetched_at = float("-inf")
        self._tried_at = float("-inf")
        self._lock = asyncio.Lock()
        self._renewal: asyncio.Task[None] | None = None

    async def key(self, key_id: str) -> EllipticCurvePublicKey:
        """Return the key of that id; `Unauthenticated` where auth does not publish it.

        A token can make this fetch at most once in five seconds, and only from auth: addresses
        that a token names (`jku`, `x5u`) are never looked at. Raises `Unavailable` where no key
        is known and auth cannot be asked.
        """
        if key_id not in self._keys:
            await self._fetch()
        elif time.monotonic() - self._fetched_at > JWKS_AGE_SECONDS_MAX:
            self._renew()
        try:
            return self._keys[key_id]
        except KeyError:
            if not self._keys:
                raise Unavailable from None
            raise Unauthenticated from None

    def _renew(self) -> None:
        """Fetch beside the requests: none of them waits for auth when its key is known."""
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._fetch())

    async def _fetch(self) -> None:
        async with self._lock:
            pause = JWKS_FETCH_SECONDS_MIN if self._keys else JWKS_FIRST_FETCH_SECONDS_MIN
            if time.monotonic() - self._tried_at < pause:
                return
            self._tried_at = time.monotonic()
            try:
                document = await self._source()
                self._keys = {
                    item["kid"]: PyJWK(item, algorithm=ALGORITHM).key for item in document["keys"]
                }
            except Exception as error:
                log.warning("the public keys could not be fetched", exc_info=error)
                return
            self._fetched_at = time.monotonic()


class TokenVerifier:
    """Checks access tokens on this machine, and remembers those that passed until they expire."""

    def __init__(
        self, keys: SigningKeys, revocations: Revocations, *, issuer: str, audience: str
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._passed: OrderedDict[str, Principal] = OrderedDict()
        self.revocations = revocations

    async def verify(self, token: str) -> Principal:
        """Return who carries this token; raises `Unauthenticated` where it does not count."""
        principal = self._passed.get(token)
        if principal is None:
            principal = await self._check(token)
            self._passed[token] = principal
            if len(self._passed) > CACHED_TOKENS_MAX:
                self._passed.popitem(last=False)
        if principal.expires_at + LEEWAY_SECONDS < clock.seconds():
            self._passed.pop(token, None)
            raise Unauthenticated
        if self.revocations.covers(principal):
            raise Unauthenticated
        return principal

    async def verify_header(self, authorization: str | None) -> Principal | None:
        """Return who an `Authorization` header speaks for, None where there is none."""
        if not authorization:
            return None
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated
        return await self.verify(token.strip())

    async def _check(self, token: str) -> Principal:
        try:
            key = await self._keys.key(access_tokens.key_id_of(token))
            claims = access_tokens.read(token, key, issuer=self._issuer, audience=self._audience)
            return Principal(
                account_id=int(claims.sub),
                role=claims.role,
                session_id=claims.sid,
                email=claims.email,
                name=claims.name,
                language=claims.lang,
                email_verified=claims.email_verified,
                issued_at=claims.iat,
                expires_at=claims.exp,
            )
        except ValueError as error:
            raise Unauthenticated from error


def _counts_now(claims: dict[str, Any]) -> bool:
    """Whether the time is between those of a token; ValueError where they are none."""
    moment = clock.seconds()
    issued_at, expires_at = float(claims["iat"]), float(claims["exp"])
    return issued_at - LEEWAY_SECONDS <= moment < expires_at + LEEWAY_SECONDS


class ServiceTokens:
    """Short tokens by which services know each other; one secret shared by all of them."""

    def __init__(self, secret: str, *, service: str) -> None:
        self._secret = secret
        self._service = service
        self._issued: dict[str, tuple[str, float]] = {}

    def issue(self, audience: str) -> str:
        """Return a token for calls to the named service, reused for most of its minute."""
        token, reuse_until = self._issued.get(audience, ("", 0.0))
        moment = clock.seconds()
        if moment >= reuse_until:
            claims = {
                "iss": self._service,
                "aud": f"service:{audience}",
                "iat": int(moment),
                "exp": int(moment) + SERVICE_TOKEN_SECONDS,
            }
            token = jwt.encode(claims, self._secret, algorithm="HS256")
            self._issued[audience] = (token, moment + SERVICE_TOKEN_SECONDS / 2)
        return token

    def verify(self, authorization: str | None) -> str:
        """Return the calling service's name; `Unauthenticated` for anything but its own token."""
        scheme, _, token = (authorization or "").partition(" ")
        try:
            if scheme.lower() != "bearer" or not self._secret:
                raise Unauthenticated
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=["HS256"],
                audience=f"service:{self._service}",
                options=_REQUIRED,
            )
            if not _counts_now(claims):
                raise Unauthenticated
        except _UNREADABLE as error:
            raise Unauthenticated from error
        return str(claims["iss"])
