"""The outermost ASGI layer of a service: context, access log, metrics, hot routes, problems."""

import time
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache

import asyncpg
import msgspec
import sqlalchemy.exc
from prometheus_client import Counter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from guichet.kernel import deadlines
from guichet.kernel.access_log import AccessLog
from guichet.kernel.context import SYSTEM, accepted_request_id, acting, request_id, traceparent
from guichet.kernel.language import language_of
from guichet.kernel.logs import logger
from guichet.kernel.metrics import REQUEST_SECONDS, REQUESTS, REQUESTS_SHED
from guichet.kernel.problems import Malformed, Problem, Unavailable
from guichet.kernel.tracing import span

HotEndpoint = Callable[[Scope, Receive, Send], Awaitable[None]]

_OUTAGES = (
    ConnectionError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # The server has said that it ends the connection, which is not closed yet.
    asyncpg.InternalClientError,
    # This process was stopped for so long that the server ended its transaction.
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    # Connections, memory, room on the disk.
    asyncpg.InsufficientResourcesError,
    sqlalchemy.exc.TimeoutError,
)

QUIET_PATHS = {"/health/live", "/health/ready", "/metrics"}

log = logger(__name__)


class Entry:
    """Gives every request its id, notes it in log and metrics, and answers problems.

    Hot routes are looked up by method and path, or path up to the id at its end, and called at
    once; everything else goes to the application. What has waited for longer than its sender does
    is refused before anything is done for it.
    """

    def __init__(
        self, app: ASGIApp, hot: Mapping[tuple[str, str], HotEndpoint], *, service: str = ""
    ) -> None:
        self._app = app
        self._hot = {
            # The id itself is what differs from one request to the next.
            (method, path[: path.index("{")] if "{" in path else path): endpoint
            for (method, path), endpoint in hot.items()
        }
        self._access_log = AccessLog(service)
        self._deadlines = deadlines.Deadlines()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            self._access_log.write()
            return
        headers = dict(scope["headers"])
        current = accepted_request_id(headers.get(b"x-request-id", b"").decode("latin-1"))
        request_id.set(current)
        acting.set(SYSTEM)
        traceparent.set(headers.get(b"traceparent", b"").decode("latin-1")[:64])
        told = headers.get(deadlines.HEADER)
        deadlines.not_after.set(None if told is None else self._deadlines.read(told))
        started = time.perf_counter()
        status = 500
        is_answered = False

        async def send_noting(message: Message) -> None:
            nonlocal status, is_answered
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append((b"x-request-id", current.encode()))
            await send(message)
            if message["type"] == "http.response.body":
                is_answered = not message.get("more_body", False)

        method, path = scope["method"], scope["path"]
        if path.endswith("/") and path.startswith("/api/"):
            # Served rather than redirected: behind a gateway we do not know our own address.
            path = path.rstrip("/")
            scope = {**scope, "path": path, "raw_path": scope["raw_path"].rstrip(b"/")}
        if method == "HEAD":
            # What GET would answer, of which the server sends the head alone (RFC 9110, 9.3.2).
            scope = {**scope, "method": "GET"}
        try:
            endpoint = self._hot.get((method, path)) or self._hot.get(
                (method, path[: path.rfind("/") + 1])
            )
            with span(f"{method} {path}"):
                if deadlines.is_over():
                    REQUESTS_SHED.labels("late").inc()
                    accept = headers.get(b"accept-language", b"").decode("latin-1")
                    await send_problem(send_noting, Unavailable(), accept)
                elif endpoint is None:
                    await self._app(scope, receive, send_noting)
                else:
                    await self._call_hot(endpoint, scope, receive, send_noting, headers)
        except Exception:
            # Starlette raises again what has been logged and answered. To the server that would be
            # a broken answer: it would close the connection, on which the gateway is just about to
            # send somebody else's request.
            if not is_answered:
                raise
        finally:
            elapsed = time.perf_counter() - started
            _counter(method, status).inc()
            REQUEST_SECONDS.observe(elapsed)
            if path not in QUIET_PATHS:
                self._access_log.note(method, path, status, elapsed, current)

    async def _call_hot(
        self,
        endpoint: HotEndpoint,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: Mapping[bytes, bytes],
    ) -> None:
        try:
            await endpoint(scope, receive, send)
        except Problem as problem:
            accept = headers.get(b"accept-language", b"").decode("latin-1")
            await send_problem(send, problem, accept)
        except Exception as error:
            accept = headers.get(b"accept-language", b"").decode("latin-1")
            await send_problem(send, problem_of(error, scope["path"]), accept)


@lru_cache(maxsize=256)
def _counter(method: str, status: int) -> Counter:
    """Return the count of this method's answers of that status; looking it up is not free."""
    return REQUESTS.labels(method, str(status))


def problem_of(error: Exception, path: str) -> Problem:
    """Return what a caller is told of an unforeseen error, and log it.

    A database or a bus that is away is no fault of the request: 503, to be tried again. A text
    that no database column can hold (a null character) is: 422.
    """
    if is_caused_by(error, _OUTAGES):
        log.warning("dependency away", path=path, exc_info=error)
        return Unavailable()
    if is_caused_by(error, (asyncpg.DataError,)):
        log.warning("the database cannot hold these data", path=path, exc_info=error)
        return Malformed()
    log.error("unexpected error", path=path, exc_info=error)
    return Problem()


def is_caused_by(error: BaseException | None, kinds: tuple[type[BaseException], ...]) -> bool:
    """Return whether an error, or what caused it, is of one of these kinds."""
    while error is not None:
        if isinstance(error, kinds):
            return True
        error = error.__cause__
    return False


async def send_problem(send: Send, problem: Problem, accept_language: str) -> None:
    """Answer with problem+json in the caller's language."""
    body = msgspec.json.encode(problem.body(language_of(accept_language)), enc_hook=str)
    await send_body(send, problem.status, body, b"application/problem+json", problem.headers())


async def send_body(
    send: Send,
    status: int,
    body: bytes,
    content_type: bytes = b"application/json",
    headers: Mapping[str, str] | None = None,
) -> None:
    """Answer with these bytes."""
    raw = [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
    raw += [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in (headers or {}).items()
    ]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
