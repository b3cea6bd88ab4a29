"""What every service opens and starts: database, bus, tokens, clients, workers."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import msgspec
import uvicorn
from fastapi import FastAPI

from guichet.kernel import database_time, listening
from guichet.kernel.announce import Announcer
from guichet.kernel.app import MESSAGES_CHECK, Check, entry_of
from guichet.kernel.bus import Bus, Received
from guichet.kernel.database import Database
from guichet.kernel.inbox import Consumer, Inbox
from guichet.kernel.logs import configure_logs
from guichet.kernel.one_write import Protocol
from guichet.kernel.outbox import OutboxRelay
from guichet.kernel.processes import collect_seldom
from guichet.kernel.settings import CommonSettings
from guichet.kernel.tokens import (
    ACCESS_TOKEN_SECONDS,
    KeySource,
    Revocations,
    ServiceTokens,
    SigningKeys,
    TokenVerifier,
)
from guichet.kernel.tracing import configure_tracing
from guichet.kernel.workers import Workers, every

PURGE_SECONDS = 3600.0
STOP_SECONDS_MAX = 3
SERVICE_SECRET_LENGTH_MIN = 32


@dataclass(slots=True)
class Platform:
    """The open resources of one running service."""

    settings: CommonSettings
    database: Database
    bus: Bus
    session: aiohttp.ClientSession
    service_tokens: ServiceTokens
    verifier: TokenVerifier
    workers: Workers
    inbox: Inbox
    checks: dict[str, Check] = field(default_factory=dict[str, Check])


@asynccontextmanager
async def platform(
    app: FastAPI,
    settings: CommonSettings,
    *,
    service: str,
    dsn: str,
    consumers: Sequence[Consumer[Any]],
    hot_connections: int = 0,
    key_source: KeySource | None = None,
    port: int | None = None,
) -> AsyncGenerator[Platform]:
    """Open everything a service stands on, start relay, inbox and announcements, close at the end.

    Consumers may reach what is opened here through closures over `app.state`. `key_source` is for
    auth alone, which reads its signing keys from its own database.
    """
    if settings.is_production and len(settings.service_secret) < SERVICE_SECRET_LENGTH_MIN:
        raise ValueError("GUICHET_SERVICE_SECRET is missing or too short for production")
    async with AsyncExitStack() as stack:
        database = Database(dsn, application=service, hot_connections=hot_connections)
        await database.open()
        stack.push_async_callback(database.close)
        await stack.enter_async_context(database_time.told(database))
        bus = Bus(settings.nats_url, name=service, copies=settings.nats_copies)
        await bus.open()
        stack.push_async_callback(bus.close)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        revocations = Revocations()
        verifier = TokenVerifier(
            SigningKeys(key_source or jwks_over_http(session, settings)),
            revocations,
            issuer=settings.token_issuer,
            audience=settings.token_audience,
        )
        workers = Workers()
        inbox = Inbox(database, bus, consumers)
        tokens = ServiceTokens(settings.service_secret, service=service)
        here = Platform(
            settings,
            database,
            bus,
            session,
            tokens,
            verifier,
            workers,
            inbox,
            {"database": database.ping, MESSAGES_CHECK: _bus_check(bus)},
        )
        app.state.verifier = verifier
        app.state.service_tokens = tokens
        app.state.platform = here
        announcer = Announcer(
            bus,
            service=service,
            url=f"http://{settings.reachable_host}:{port or settings.port(service)}",
        )
        stack.push_async_callback(workers.stop)
        await bus.ensure_stream(service.upper())
        workers.start("outbox", OutboxRelay(database, bus, service=service).run)
        for stream in inbox.streams():
            workers.start(f"inbox {stream}", _receiver(inbox, stream))
        workers.start("inbox purge", every(PURGE_SECONDS, inbox.purge))
        workers.start("revocations", lambda: follow_revocations(bus, revocations))
        workers.start("announce", announcer.run)
        stack.push_async_callback(announcer.leave)
        yield here


async def follow_revocations(bus: Bus, revocations: Revocations) -> None:
    """Keep the revocations up to date from auth's messages, the last half hour's first.

    The shapes are read by field alone, since the kernel does not know the contracts:
    `session_id`, or `account_id` with `tokens_until` (Unix seconds).
    """

    def note(received: Received) -> None:
        content: dict[str, Any] = msgspec.json.decode(received.payload)
        if session_id := content.get("session_id"):
            revocations.revoke_session(session_id)
        if until := content.get("tokens_until"):
            revocations.revoke_account(content["account_id"], issued_until=until)

    subjects = [
        "auth.session.revoked",
        "auth.account.role_changed",
        "auth.account.disabled",
        "auth.account.deleted",
    ]
    await bus.follow(subjects, timedelta(seconds=2 * ACCESS_TOKEN_SECONDS), note)


def jwks_over_http(session: aiohttp.ClientSession, settings: CommonSettings) -> KeySource:
    """Return a source that asks auth for its public keys."""
    url = f"{settings.url_of('auth')}/api/v1/auth/.well-known/jwks.json"

    async def fetch() -> dict[str, Any]:
        async with session.get(url, timeout=aiohttp.ClientTimeout(total=3)) as answer:
            answer.raise_for_status()
            document: dict[str, Any] = await answer.json()
            return document

    return fetch


def serve(app: FastAPI, settings: CommonSettings, *, service: str, port: int | None = None) -> None:
    """Serve until told to stop; returns after the lifespan has closed everything."""
    configure_logs(service, settings.storage_dir, settings.log_level)
    configure_tracing(service, settings.otel_endpoint)
    collect_seldom()
    config = uvicorn.Config(
        entry_of(app),
        host=settings.host,
        port=port or settings.port(service),
        loop="uvloop",
        http=Protocol,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=STOP_SECONDS_MAX,
        backlog=4096,
    )
    listening.run(config)


def _bus_check(bus: Bus) -> Check:
    async def check() -> None:
        if not bus.is_connected:
            raise ConnectionError("NATS does not answer")

    return check


def _receiver(inbox: Inbox, stream: str) -> Any:
    async def run() -> None:
        await inbox.run(stream)

    return run
