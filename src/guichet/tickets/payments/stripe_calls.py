"""One call to Stripe's API through the official SDK: its answer, or why there is none."""

import asyncio
import logging
import ssl
from collections.abc import Mapping
from typing import Any, Generic, Literal, NamedTuple, TypeVar

import aiohttp
import msgspec
import stripe

from guichet.tickets.payments.stripe_results import Failure, Problem

log = logging.getLogger(__name__)

# It would write an identifier into the home folder and time every call.
stripe.enable_telemetry = False

CONNECTIONS_MAX = 256
NOT_FOUND = "resource_missing"

_Shape = TypeVar("_Shape")


class Reply(NamedTuple, Generic[_Shape]):
    """An answer that was understood; a replayed one is as old as the key's first call."""

    shape: _Shape
    replayed: bool


class UnclearError(Exception):
    """The provider gave no usable answer; whether it acted is unknown."""

    def __init__(self, *, stored: bool) -> None:
        super().__init__()
        self.stored = stored
        """Repeating the call under its key would only give the same again."""


class RefusedError(Exception):
    """The provider refused, clearly: a card (`declined`), or a request that it cannot accept."""

    def __init__(self, problem: Problem, *, card: bool, replayed: bool) -> None:
        super().__init__()
        self.problem = problem
        self.card = card
        self.replayed = replayed

    @property
    def is_not_found(self) -> bool:
        """Whether the provider knows of no such thing."""
        return self.problem.code == NOT_FOUND


class StripeCalls:
    """The connections to the provider. Times are in seconds; build it in a running event loop."""

    def __init__(self, api_key: str, api_url: str, seconds_max: float, longest_max: float) -> None:
        """Connect lazily to `api_url`, or to the live provider where it is empty."""
        self._seconds_max = seconds_max
        secure: ssl.SSLContext | Literal[False] = False
        if not api_url.startswith("http://"):
            secure = ssl.create_default_context(cafile=stripe.ca_bundle_path)
        connector = aiohttp.TCPConnector(limit=CONNECTIONS_MAX, ssl=secure)
        self._session = aiohttp.ClientSession(connector=connector)
        self._client = stripe.StripeClient(
            api_key,
            base_addresses={"api": api_url.rstrip("/")} if api_url else None,
            http_client=stripe.AIOHTTPClient(
                # The limit of each call is set where it is made; this one is the net below.
                timeout=aiohttp.ClientTimeout(total=2 * longest_max),
                session=self._session,
            ),
            # The saga repeats, with a pause and after storing what it knows.
            max_network_retries=0,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def call(
        self,
        shape: type[_Shape],
        method: Literal["get", "post"],
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
        seconds_max: float | None = None,
    ) -> Reply[_Shape]:
        """Ask the provider. Raises `RefusedError` and `UnclearError`, and nothing else of it.

        The SDK wraps most errors of the connection, but not those while a body is read.
        """
        try:
            async with asyncio.timeout(seconds_max or self._seconds_max):
                response = await self._client.raw_request_async(
                    method, path, idempotency_key=key, **(params or {})
                )
            replayed = response.headers.get("Idempotent-Replayed") == "true"
            return Reply(msgspec.json.decode(response.body, type=shape), replayed)
        except stripe.StripeError as error:
            raise _understood(error, path) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # ValueError: something else than the provider answered, a proxy's page for instance.
            log.warning("the payment provider failed at %s: %s", path, type(error).__name__)
            raise UnclearError(stored=False) from error


def _understood(error: stripe.StripeError, path: str) -> Exception:
    replayed = (error.headers or {}).get("Idempotent-Replayed") == "true"
    card = isinstance(error, stripe.CardError)
    if card or isinstance(error, stripe.InvalidRequestError):
        try:
            problem = msgspec.convert(error.json_body, Failure).error
        except msgspec.ValidationError:
            problem = Problem(error.code)
        return RefusedError(problem, card=card, replayed=replayed)
    log.warning(
        "the payment provider failed at %s: %s, status %s, request %s",
        path,
        type(error).__name__,
        error.http_status,
        error.request_id,
    )
    return UnclearError(stored=replayed or isinstance(error, stripe.IdempotencyError))
