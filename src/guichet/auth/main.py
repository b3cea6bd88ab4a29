"""The wiring of auth: settings, what is opened and started, routes."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from guichet.auth import http_api
from guichet.auth.consumers import CONSUMERS
from guichet.auth.context import Context
from guichet.auth.keys import KeyRing
from guichet.auth.passwords import Passwords
from guichet.auth.secret_box import SecretBox
from guichet.auth.settings import Settings
from guichet.auth.use_cases import maintenance, passwords
from guichet.kernel import audit
from guichet.kernel.app import Check, create_app
from guichet.kernel.service import platform, serve
from guichet.kernel.workers import every

SERVICE = "auth"
KEYS_SECONDS = 300.0
PURGE_SECONDS = 3600.0
RESET_LINKS_SECONDS = 1.0


def build(settings: Settings, port: int | None = None) -> FastAPI:
    """Return the application; what it needs is opened and closed with its lifespan.

    `port` is where it will be served, to be announced to the gateway; the default is auth's own.
    """

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncGenerator[Mapping[str, Check]]:
        async def own_keys() -> dict[str, Any]:
            return await app.state.context.keys.jwks()

        async with platform(
            app,
            settings,
            service=SERVICE,
            dsn=settings.auth_dsn,
            consumers=CONSUMERS,
            key_source=own_keys,
            port=port,
        ) as here:
            box = SecretBox(settings.auth_key_passphrase)
            context = Context(
                settings=settings,
                database=here.database,
                passwords=Passwords(
                    threads=settings.auth_password_threads,
                    waiting_max=settings.auth_passwords_waiting_max,
                ),
                keys=KeyRing(here.database, box),
                box=box,
            )
            app.state.context = context
            await context.keys.maintain()
            for name, seconds, act in _duties(context):
                here.workers.start(name, every(seconds, act))
            try:
                yield here.checks
            finally:
                context.passwords.close()

    return create_app(
        service=SERVICE,
        title="Guichet: auth",
        context=running,
        routers=http_api.ROUTERS,
    )


def _duties(context: Context) -> list[tuple[str, float, Callable[[], Awaitable[object]]]]:
    """Return what is done again and again beside serving: name, seconds between, and what."""
    return [
        ("keys", KEYS_SECONDS, context.keys.maintain),
        ("reset links", RESET_LINKS_SECONDS, lambda: passwords.send_reset_links(context)),
        ("audit", audit.SEAL_SECONDS, lambda: audit.seal_waiting(context.database)),
        ("purge", PURGE_SECONDS, lambda: maintenance.purge(context)),
    ]


def run(port: int | None = None) -> None:
    """Serve auth until told to stop; its settings come from the environment."""
    settings = Settings()  # pyright: ignore[reportCallIssue] - the environment fills it
    serve(build(settings, port), settings, service=SERVICE, port=port)


if __name__ == "__main__":
    run()
