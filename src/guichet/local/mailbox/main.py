"""Wiring of the local mailbox: one process with the SMTP server, the SMS sink and the page."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette

from guichet.kernel.settings import CommonSettings
from guichet.local.mailbox.smtp_server import SmtpServer
from guichet.local.mailbox.store import Store
from guichet.local.mailbox.web import build_app

REFUSAL = (
    "The local mailbox does not start in production: set GUICHET_SMTP_URL to a real mail server."
)


def create_app(settings: CommonSettings) -> Starlette:
    """Return the mailbox's web application; its lifespan starts and stops the SMTP server too.

    Raises SystemExit in production, where real mail must never end up here.
    """
    if settings.is_production:
        raise SystemExit(REFUSAL)
    store = Store(settings.storage_dir / "mailbox")
    smtp = SmtpServer(store, settings.host, settings.port("smtp"))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None, None]:
        await smtp.start()
        try:
            yield
        finally:
            await smtp.stop()

    return build_app(store, smtp, lifespan)


def run(port: int | None = None) -> None:
    """Run the mailbox until SIGINT or SIGTERM; `port` is the page's, default 8011 and shift."""
    settings = CommonSettings()
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=port or settings.port("mailbox"),
        access_log=False,
        log_level=settings.log_level.lower(),
        timeout_graceful_shutdown=1,
    )
    asyncio.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else None)
