"""Wires the sandbox and runs it: settings, books, journal, webhooks, routes."""

import asyncio
import gc
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import uvicorn
from pydantic import Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from guichet.kernel.logs import configure_logs, logger
from guichet.kernel.settings import CommonSettings
from guichet.kernel.workers import Workers
from guichet.sandbox import bank_page
from guichet.sandbox.bank_page import BankPage
from guichet.sandbox.books import Books
from guichet.sandbox.changes import Changes
from guichet.sandbox.connection import SandboxProtocol
from guichet.sandbox.control_api import ControlApi
from guichet.sandbox.faults import Faults
from guichet.sandbox.fees import STANDARD_FEE, Fee
from guichet.sandbox.http_api import Api, Guard
from guichet.sandbox.journal import Journal, JournalError
from guichet.sandbox.use_cases import Till
from guichet.sandbox.webhooks import Webhooks

SETTLE_SECONDS = 0.05
FORGET_SECONDS = 3600.0

log = logger("guichet.sandbox")


class SandboxSettings(CommonSettings):
    """Settings of the sandbox; the key and the secret are those that `tickets` is given."""

    stripe_api_key: str = Field(default="", repr=False)
    stripe_webhook_secret: str = Field(default="", repr=False)
    stripe_publishable_key: str = ""
    sandbox_webhook_url: str = ""
    """Where events go; the gateway's webhook route where empty."""
    sandbox_fee_basis_points: int = Field(default=STANDARD_FEE.basis_points, ge=0, le=10_000)
    sandbox_fee_fixed_minor: int = Field(default=STANDARD_FEE.fixed_minor, ge=0, le=10_000)
    """What it keeps of each charge; both 0 for none."""
    sandbox_public_url: str = ""
    """Where a browser reaches this server, for the bank's page; this machine where empty."""

    @property
    def webhook_url(self) -> str:
        """Where events go."""
        gateway = f"http://127.0.0.1:{self.port('gateway')}"
        return self.sandbox_webhook_url or f"{gateway}/api/v1/tickets/payments/webhook"

    def bank_url(self, port: int) -> str:
        """Return the address of the bank's page."""
        public = self.sandbox_public_url.rstrip("/") or f"http://127.0.0.1:{port}"
        return public + bank_page.PATH


class UnsafeSettingsError(Exception):
    """The sandbox must not run with these settings; the message is for a person."""


def build(settings: SandboxSettings, *, port: int) -> Starlette:
    """Build the application. Raises `UnsafeSettingsError` and `JournalError`."""
    if settings.is_production:
        raise UnsafeSettingsError(
            "The payment sandbox takes no real money and does not run in production."
        )
    if settings.stripe_api_key and not settings.stripe_api_key.startswith("sk_test_"):
        raise UnsafeSettingsError(
            "GUICHET_STRIPE_API_KEY is not a test key; the payment sandbox will not touch it."
        )
    journal = Journal(Path(settings.storage_dir) / "sandbox" / "journal.jsonl")
    books = Books()
    for record in journal.replay():
        books.apply(record)
    books.forget_old_answers(time.time())
    bank_url = settings.bank_url(port)
    webhooks = Webhooks(
        books,
        journal,
        url=settings.webhook_url,
        secret=settings.stripe_webhook_secret,
        bank_url=bank_url,
    )
    fee = Fee(settings.sandbox_fee_basis_points, settings.sandbox_fee_fixed_minor)
    till = Till(books, journal, sends_events=webhooks.enabled, fee=fee)
    faults = Faults()
    guard = Guard(settings.stripe_api_key, bank_url, settings.stripe_publishable_key)
    changes = Changes(till, faults, webhooks, bank_url)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        # What was replayed stays for good; the collector need not look at it again and again.
        gc.collect()
        gc.freeze()
        workers = Workers()
        workers.start("journal", journal.run)
        workers.start("webhooks", webhooks.run)
        workers.start("settlement", partial(_settle, till, webhooks))
        workers.start("keys", partial(_forget, books))
        yield
        await workers.stop()
        webhooks.note_delivered()
        journal.close()

    routes = [
        *Api(books, faults, changes, guard, bank_url).routes(),
        Route("/health/live", _alive, methods=["GET"]),
        Route("/health/ready", _alive, methods=["GET"]),
        *BankPage(till, webhooks).routes(),
        *ControlApi(till, faults, guard, webhooks).routes(),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def run(port: int | None = None) -> None:
    """Serve until told to stop. Exits with one sentence where it cannot."""
    settings = SandboxSettings()
    configure_logs("sandbox", settings.storage_dir, settings.log_level)
    port = port or settings.port("sandbox")
    try:
        app = build(settings, port=port)
    except (UnsafeSettingsError, JournalError) as error:
        sys.exit(str(error))
    uvicorn.run(
        app,
        host=settings.host,
        port=port,
        loop="uvloop",
        http=SandboxProtocol,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
        backlog=4096,
    )


async def _alive(_request: Request) -> Response:
    return PlainTextResponse("ok")


async def _settle(till: Till, webhooks: Webhooks) -> None:
    while True:
        await asyncio.sleep(SETTLE_SECONDS)
        for answer in till.settle_due():
            webhooks.queue(event.id for event in answer.events)


async def _forget(books: Books) -> None:
    while True:
        await asyncio.sleep(FORGET_SECONDS)
        books.forget_old_answers(time.time())


if __name__ == "__main__":
    run()
