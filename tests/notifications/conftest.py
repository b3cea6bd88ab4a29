"""What the tests of notifications stand on: a database, a desk, a mail server of their own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from guichet.kernel.database import Database
from guichet.local.mailbox.smtp_server import SmtpServer
from guichet.local.mailbox.store import Store
from guichet.local.ports import free_port
from guichet.notifications.channels import EmailChannel, MailServer
from guichet.notifications.composing import Attachment
from guichet.notifications.domain import Channel
from guichet.notifications.links import Links
from guichet.notifications.preparing import Preparer
from guichet.notifications.sending import EmailWay, Sender
from guichet.notifications.tables import metadata
from guichet.notifications.use_cases.telling import Desk
from tests.conftest import DatabaseDsn
from tests.notifications.office import Office

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
        await transaction.execute(text(f"TRUNCATE {names}"))
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
