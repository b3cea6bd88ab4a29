"""Firebase Realtime Database as the place of the backups, over its REST API."""

import asyncio
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

import aiohttp
import msgspec
from google.auth import exceptions as google_errors
from google.auth.transport.requests import Request as TokenRequest
from google.oauth2 import service_account

from guichet.kernel.logs import logger
from guichet.tickets.payment_backups.errors import DamagedRecord, TargetRefused
from guichet.tickets.payment_backups.records import ROOT
from guichet.tickets.payment_backups.sealing import Sealed

SCOPES = (
    "https://www.googleapis.com/auth/firebase.database",
    "https://www.googleapis.com/auth/userinfo.email",
)
CALL_SECONDS_MAX = 30.0
ATTEMPTS_MAX = 4
RETRY_SECONDS_FIRST = 0.5
_RETRIED = frozenset({401, 408, 429, 500, 502, 503, 504})
_LEVELS = 4
"""Year, month, day and time lie below the root, one inside the other."""

log = logger(__name__)


class Credentials(Protocol):
    """What is used of Google's credentials: they refresh a token and tell it."""

    token: str | None

    @property
    def valid(self) -> bool:
        """Whether the token is there and still good for a while."""
        ...

    def refresh(self, request: object) -> None:
        """Ask the token endpoint that the credentials file names; blocks."""
        ...


class FirebaseTarget:
    """Writes with PATCH, reads with GET; a refused token is renewed, what may pass is retried."""

    def __init__(
        self,
        url: str,
        credentials_file: Path,
        *,
        retry_seconds: float = RETRY_SECONDS_FIRST,
        call_seconds_max: float = CALL_SECONDS_MAX,
    ) -> None:
        """Raises `TargetRefused` where the address or the credentials cannot be used."""
        self._url = _checked(url)
        self._credentials = _credentials(credentials_file)
        self._retry_seconds = retry_seconds
        self._call_seconds_max = call_seconds_max
        self._renewing = asyncio.Lock()
        self._session: aiohttp.ClientSession | None = None

    @property
    def name(self) -> str:
        """The address of the database."""
        return self._url

    async def write(self, path: str, records: Mapping[str, Sealed]) -> None:
        """Store records in one call that the database takes whole or not at all."""
        # Without `print=silent` the answer repeats all that was sent.
        await self._call("PATCH", f"{path}.json?print=silent", msgspec.json.encode(dict(records)))

    async def runs(self) -> list[str]:
        """Return the path of every run, the oldest first."""
        paths = [ROOT]
        for _ in range(_LEVELS):
            paths = [f"{path}/{key}" for path in paths for key in await self._keys(path)]
        return paths

    async def read(self, path: str) -> dict[str, Sealed]:
        """Return the records of a run; `DamagedRecord` where one is none."""
        content = await self._call("GET", f"{path}.json")
        try:
            return msgspec.json.decode(content, type=dict[str, Sealed] | None) or {}
        except msgspec.MsgspecError as error:
            raise DamagedRecord(path) from error

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _keys(self, path: str) -> list[str]:
        content = await self._call("GET", f"{path}.json?shallow=true")
        found: Any = msgspec.json.decode(content)
        return sorted(cast("dict[str, object]", found)) if isinstance(found, dict) else []

    async def _call(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """Send a request until it is answered with 2xx; `TargetRefused` after the last attempt."""
        reason = ""
        for attempt in range(ATTEMPTS_MAX):
            if attempt:
                await asyncio.sleep(self._retry_seconds * 2 ** (attempt - 1))
            try:
                token = await self._token(renew=reason == "status 401")
                status, content = await self._send(method, path, body, token)
            except (aiohttp.ClientError, TimeoutError, google_errors.GoogleAuthError) as error:
                reason = f"{type(error).__name__}: {error}"[:300]
            else:
                if status < 300:  # noqa: PLR2004 - HTTP's success
                    return content
                reason = f"status {status}"
                if status not in _RETRIED:
                    break
            log.warning("firebase did not answer well", method=method, path=path, reason=reason)
        raise TargetRefused(f"{self._url}: {reason}")

    async def _send(
        self, method: str, path: str, body: bytes | None, token: str
    ) -> tuple[int, bytes]:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._call_seconds_max)
            )
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        async with self._session.request(
            method, f"{self._url}/{path}", data=body, headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, await answer.read()

    async def _token(self, *, renew: bool) -> str:
        """Return a token that is good for a while; Google's client blocks, hence the thread."""
        async with self._renewing:
            if renew or not self._credentials.valid:
                # Its type says int; it takes what the sockets take.
                ask = cast("Callable[..., Any]", TokenRequest())
                request = partial(ask, timeout=self._call_seconds_max)
                await asyncio.to_thread(self._credentials.refresh, request)
        return self._credentials.token or ""


def _checked(url: str) -> str:
    parts = urlsplit(url)
    is_here = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_here)):
        raise TargetRefused(f"{url} is no https address of a Firebase database")
    return url.rstrip("/")


def _credentials(file: Path) -> Credentials:
    try:
        content = json.loads(file.read_bytes())
        found: Any = service_account.Credentials.from_service_account_info(  # pyright: ignore[reportUnknownVariableType] - google-auth has no types
            content, scopes=list(SCOPES)
        )
    except (OSError, ValueError, google_errors.GoogleAuthError) as error:
        # The file is a secret: its name may be told, what is wrong inside it may not.
        raise TargetRefused(f"{file} holds no credentials of a service account") from error
    return cast(Credentials, found)
