"""What the tests of notifications stand on: a database, a desk, a mail server of their own."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from sqlalchemy import text

from guichet.kernel.bus import Bus
from guichet.kernel.database import Database
from guichet.kernel.outbox import Message
from guichet.kernel.publishing import Outgoing
from guichet.kernel.tokens import ServiceTokens
from guichet.local.mailbox.smtp_server import SmtpServer
from guichet.local.mailbox.store import Store
from guichet.local.ports import free_port
from guichet.local.servers import NatsServer
from guichet.notifications.channels import EmailChannel, MailServer
from guichet.notifications.composing import Attachment
from guichet.notifications.context import Notifications
from guichet.notifications.domain import Channel
from guichet.notifications.links import Links
from guichet.notifications.main import build
from guichet.notifications.preparing import Preparer
from guichet.notifications.sending import EmailWay, Sender
from guichet.notifications.settings import Settings
from guichet.notifications.tables import metadata
from guichet.notifications.use_cases.telling import Desk
from tests.conftest import DatabaseDsn
from tests.fakes.issuer import FakeIssuer
from tests.notifications.office import Office
from tests.serving import served

SERVICE_SECRET = "a secret that the services of these tests share"
HOME = "https://tickets.example.com"


@pytest.fixture
def desk() -> Desk:
    return Desk(Links(HOME), mail_domain="example.com", sms_enabled=True, sms_region="FR")


@pytest.fixture
async def database(database_dsn: DatabaseDsn) -> AsyncIterator[Database]:
    """The service's database, empty."""
    opened = Database(database_dsn("notifications"), application="test")
    await opened.open()
    names = ", ".join(table.name for table in metadata.sorted_tables)
    async with opened.transaction() as transaction:
        # The log refuses that to everybody else.
        await transaction.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
        await transaction.execute(text(f"TRUNCATE {names}"))
        await transaction.execute(text("ALTER TABLE audit_entries ENABLE TRIGGER USER"))
    yield opened
    await opened.close()


@pytest.fixture
def office(database: Database, desk: Desk) -> Office:
    return Office(database, desk)


class FakeAttachments:
    """Files made up on the spot; `trouble` is raised instead where it is set."""

    def __init__(self) -> None:
        self.trouble: Exception | None = None
        self.is_gone = False

    async def fetch(self, wanted: dict[str, Any], language: str) -> Attachment | None:
        if self.trouble:
            raise self.trouble
        if self.is_gone:
            return None
        if wanted["kind"] == "tickets":
            return Attachment(f"{wanted['order_code']}.pdf", "application/pdf", b"%PDF-1.7")
        return Attachment(f"{language}.ics", "text/calendar", b"BEGIN:VCALENDAR\r\n")


@dataclass
class PostOffice:
    """A local mail server with its store, and a sender that delivers to it."""

    store: Store
    server: SmtpServer
    sender: Sender
    way: EmailWay
    port: int
    attachments: FakeAttachments = field(default_factory=FakeAttachments)

    def mails(self, to: str = "") -> list[EmailMessage]:
        """Return what arrived, oldest first."""
        entries = sorted(self.store.entries(to=to), key=lambda entry: entry.id)
        return [
            message_from_bytes(self.store.content(entry.id), policy=policy.default)
            for entry in entries
        ]


@pytest.fixture
async def post(database: Database, tmp_path: Path) -> AsyncIterator[PostOffice]:
    store, port = Store(tmp_path / "mailbox"), free_port()
    server = SmtpServer(store, "127.0.0.1", port)
    await server.start()
    attachments = FakeAttachments()
    preparer = Preparer(database, attachments, home=HOME, mail_from="Guichet <guichet@example.com>")
    way = EmailWay(preparer, EmailChannel(MailServer("127.0.0.1", port)))
    sender = Sender(database, Channel.EMAIL, way, slots=4)
    yield PostOffice(store, server, sender, way, port, attachments)
    await way.rest()
    await server.stop()


@dataclass(frozen=True)
class Answer:
    """An answer with its body read; JSON is decoded."""

    status: int
    body: Any


@dataclass
class RunningNotifications:
    """The whole service over HTTP, with a mail server and fakes of the services it calls."""

    url: str
    session: aiohttp.ClientSession
    issuer: FakeIssuer
    context: Notifications
    bus: Bus
    store: Store
    smtp: SmtpServer

    def token(self, account_id: int, role: str = "user", **claims: object) -> str:
        return self.issuer.token(account_id, role, **claims)

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        language: str = "en",
    ) -> Answer:
        """Send a request below `/api/v1/notifications`."""
        headers = {"Accept-Language": language}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        url = f"{self.url}/api/v1/notifications{path}"
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            is_json = "json" in answer.headers.get("Content-Type", "")
            content = await answer.json(content_type=None) if is_json else await answer.read()
            return Answer(answer.status, content)

    async def publish(self, message: Message) -> None:
        """Publish a message as the other services' relays do."""
        await self.bus.publish(
            [
                Outgoing(
                    message.subject,
                    message.model_dump_json().encode(),
                    message_id=uuid4().hex,
                    headers={"X-Request-Id": "request-of-a-test"},
                )
            ]
        )


@asynccontextmanager
async def fake_services(issuer: FakeIssuer) -> AsyncGenerator[str]:
    """Serve auth's keys, tickets' PDF and events' calendar, and yield their address."""

    async def jwks(_request: web.Request) -> web.Response:
        return web.json_response(await issuer.jwks())

    async def pdf(request: web.Request) -> web.Response:
        ServiceTokens(SERVICE_SECRET, service="tickets").verify(
            request.headers.get("Authorization")
        )
        return web.Response(body=b"%PDF-1.7", content_type="application/pdf")

    async def calendar(request: web.Request) -> web.Response:
        ServiceTokens(SERVICE_SECRET, service="events").verify(request.headers.get("Authorization"))
        return web.Response(body=b"BEGIN:VCALENDAR", content_type="text/calendar")

    app = web.Application()
    app.router.add_get("/api/v1/auth/.well-known/jwks.json", jwks)
    app.router.add_get("/api/v1/tickets/internal/orders/{code}/tickets.pdf", pdf)
    app.router.add_get("/api/v1/events/internal/events/{id}/calendar.ics", calendar)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(
    database_dsn: DatabaseDsn, nats: NatsServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[RunningNotifications]:
    """A notifications service that consumes, sends and answers; one for each module."""
    storage, issuer = tmp_path_factory.mktemp("storage"), FakeIssuer()
    store, smtp_port, port = Store(storage / "mailbox"), free_port(), free_port()
    smtp = SmtpServer(store, "127.0.0.1", smtp_port)
    await smtp.start()
    async with fake_services(issuer) as address, aiohttp.ClientSession() as session:
        settings = Settings(
            notifications_dsn=database_dsn("notifications"),
            nats_url=nats.url,
            storage_dir=storage,
            service_secret=SERVICE_SECRET,
            public_url=HOME,
            smtp_url=f"smtp://127.0.0.1:{smtp_port}",
            sms_provider="none",
            auth_url=address,
            events_url=address,
            tickets_url=address,
        )
        app = build(settings, port)
        async with served(app, port) as url:
            context: Notifications = app.state.notifications
            bus: Bus = app.state.platform.bus
            yield RunningNotifications(url, session, issuer, context, bus, store, smtp)
    await smtp.stop()
