"""The wiring of events: settings, what is opened and started, routes."""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI

from guichet.contracts.clients.tickets import TicketsClient
from guichet.events.consumers import CONSUMERS
from guichet.events.http_api import ROUTERS
from guichet.events.settings import Settings
from guichet.events.use_cases import upkeep
from guichet.events.use_cases.means import Means
from guichet.kernel import audit
from guichet.kernel.app import Check, create_app
from guichet.kernel.service import platform, serve
from guichet.kernel.workers import every

SERVICE = "events"
SHARED_READS = re.compile(r"/api/v1/events(/public|/categories|/[0-9]{1,19})?")
"""What a crowd reads before a sale, and everybody without a token sees alike."""


def build(settings: Settings, port: int | None = None) -> FastAPI:
    """Return the application; what it needs is opened and closed with its lifespan.

    `port` is where it will be served, to be announced to the gateway; the default is events' own.
    """

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncGenerator[Mapping[str, Check]]:
        async with platform(
            app,
            settings,
            service=SERVICE,
            dsn=settings.events_dsn,
            consumers=CONSUMERS,
            port=port,
        ) as here:
            means = Means(
                database=here.database,
                tickets=TicketsClient(
                    here.session,
                    settings.url_of("tickets"),
                    service="tickets",
                    tokens=here.service_tokens,
                ),
                outside_url=settings.outside_url,
                house=settings.house_terms,
            )
            app.state.means = means
            here.workers.start(
                "upkeep", every(upkeep.UPKEEP_SECONDS, lambda: upkeep.keep_up(means))
            )
            here.workers.start(
                "audit", every(audit.SEAL_SECONDS, lambda: audit.seal_waiting(here.database))
            )
            yield here.checks

    return create_app(
        service=SERVICE,
        title="Guichet: events",
        context=running,
        routers=ROUTERS,
        shared_paths=SHARED_READS,
    )


def run(port: int | None = None) -> None:
    """Serve events until told to stop; its settings come from the environment."""
    settings = Settings()
    serve(build(settings, port), settings, service=SERVICE, port=port)


if __name__ == "__main__":
    run()
