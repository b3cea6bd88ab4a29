"""Calls from one service to another, and to the outside: time limits, retries, context."""

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
import stamina

from guichet.kernel.context import outgoing_headers
from guichet.kernel.problems import Unavailable
from guichet.kernel.tokens import ServiceTokens

TIMEOUT_SECONDS = 5.0
RETRIES_MAX = 3
RETRY_SECONDS_MAX = 6.0
_TEMPORARY_STATUSES = {502, 503, 504}
_SAFE_METHODS = {"GET", "PUT", "DELETE"}


class RemoteRefusal(Exception):
    """Another service answered with an error: its `status`, stable `code` and whole `body`."""

    def __init__(self, status: int, code: str, body: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.body = body


class RemoteUnreachable(Unavailable):
    """Another service did not answer in time, also after retries."""

    code = "dependency_unavailable"


class _Temporary(Exception):
    """The server said that it cannot serve just now."""


class ServiceClient:
    """Calls one service as another; subclasses in `contracts/clients` name its routes."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        *,
        service: str,
        tokens: ServiceTokens,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._service = service
        self._tokens = tokens
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)

    async def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, str | int] | None = None,
    ) -> Any:
        """Send a request and return the decoded JSON answer (None where it is empty).

        Raises `RemoteRefusal` for an answer of 300 and above, `RemoteUnreachable` where none came.
        GET, PUT and DELETE are retried; internal routes make these idempotent.
        """
        return await self._with_retries(method, path, json, params, as_bytes=False)

    async def fetch(self, path: str, *, params: Mapping[str, str | int] | None = None) -> bytes:
        """Return the body of a GET as it is; raises as `call` does."""
        content: bytes = await self._with_retries("GET", path, None, params, as_bytes=True)
        return content

    async def _with_retries(
        self, method: str, path: str, json: Any, params: Any, *, as_bytes: bool
    ) -> Any:
        attempts = RETRIES_MAX if method in _SAFE_METHODS else 1
        trouble = (aiohttp.ClientConnectionError, TimeoutError, asyncio.TimeoutError, _Temporary)
        try:
            async for attempt in stamina.retry_context(
                on=trouble, attempts=attempts, timeout=RETRY_SECONDS_MAX, wait_initial=0.05
            ):
                with attempt:
                    return await self._once(method, path, json, params, as_bytes)
        except (*trouble, aiohttp.ClientError) as error:
            raise RemoteUnreachable from error
        raise RemoteUnreachable

    async def _once(self, method: str, path: str, json: Any, params: Any, as_bytes: bool) -> Any:
        headers = {
            "Authorization": f"Bearer {self._tokens.issue(self._service)}",
            **outgoing_headers(),
        }
        async with self._session.request(
            method,
            self._base_url + path,
            json=json,
            params=params,
            headers=headers,
            timeout=self._timeout,
            allow_redirects=False,
        ) as answer:
            if answer.status in _TEMPORARY_STATUSES:
                raise _Temporary(answer.status)
            content = await answer.read()
            if answer.status >= 300:  # noqa: PLR2004 - no service redirects; nothing else is an answer
                raise await _refusal(answer)
            if as_bytes:
                return content
            return await answer.json() if content else None


async def _refusal(answer: aiohttp.ClientResponse) -> RemoteRefusal:
    try:
        members: dict[str, Any] = dict(await answer.json(content_type=None))
    except (ValueError, TypeError):
        members = {}
    return RemoteRefusal(answer.status, str(members.get("code", "")), members)
