"""Wiring of users: settings, application, what it opens and starts."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI
from pydantic import Field

from guichet.contracts.clients.auth import AuthClient
from guichet.contracts.clients.events import EventsClient
from guichet.contracts.clients.notifications import NotificationsClient
from guichet.contracts.clients.tickets import TicketsClient
from guichet.kernel import audit
from guichet.kernel.app import Check, create_app
from guichet.kernel.service import Platform, platform, serve
from guichet.kernel.settings import CommonSettings
from guichet.kernel.workers import every
from guichet.users.consumers import CONSUMERS
from guichet.users.http_api import ROUTERS
from guichet.users.use_cases import Users

SERVICE = "users"


class UsersSettings(CommonSettings):
    """The settings of users."""

    users_dsn: str = Field(default="", repr=False)


def build(settings: UsersSettings, port: int | None = None) -> FastAPI:
    """Return the application; nothing is opened before it runs."""

    @asynccontextmanager
    async def context(app: FastAPI) -> AsyncGenerator[Mapping[str, Check]]:
        async with platform(
            app,
            settings,
            service=SERVICE,
            dsn=settings.users_dsn,
            consumers=CONSUMERS,
            port=port,
        ) as here:
            app.state.users = _users(here)
            here.workers.start(
                "audit", every(audit.SEAL_SECONDS, lambda: audit.seal_waiting(here.database))
            )
            yield here.checks

    return create_app(service=SERVICE, title="Guichet: users", context=context, routers=ROUTERS)


def _users(here: Platform) -> Users:
    session, tokens, url_of = here.session, here.service_tokens, here.settings.url_of
    return Users(
        database=here.database,
        auth=AuthClient(session, url_of("auth"), service="auth", tokens=tokens),
        events=EventsClient(session, url_of("events"), service="events", tokens=tokens),
        tickets=TicketsClient(session, url_of("tickets"), service="tickets", tokens=tokens),
        notifications=NotificationsClient(
            session, url_of("notifications"), service="notifications", tokens=tokens
        ),
    )


def run(port: int | None = None) -> None:
    """Serve until told to stop."""
    settings = UsersSettings()
    serve(build(settings, port), settings, service=SERVICE, port=port)
