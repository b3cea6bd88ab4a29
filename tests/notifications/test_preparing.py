"""Files come from their services when the mail leaves; a broken edited template gives way."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from guichet.contracts.clients.events import EventsClient
from guichet.contracts.clients.tickets import TicketsClient
from guichet.kernel.database import Database
from guichet.kernel.http_client import RemoteRefusal, RemoteUnreachable
from guichet.notifications.domain import TemplateBroken, TemplateKey
from guichet.notifications.preparing import Preparer, RemoteAttachments
from guichet.notifications.rendering import default_draft
from guichet.notifications.repository.deliveries import Claimed
from guichet.notifications.samples import SAMPLES
from guichet.notifications.use_cases import templates
from tests.notifications.conftest import HOME, FakeAttachments
from tests.notifications.occasions import NOW

CLAIMED = Claimed(
    id=1,
    lease=uuid4(),
    message_id="<1@example.com>",
    template=TemplateKey.ORDER_CONFIRMED,
    language="fr",
    account_id=None,
    address="camille@example.com",
    name="Camille",
    context=SAMPLES[TemplateKey.ORDER_CONFIRMED],
    attachments=[{"kind": "tickets", "order_code": "7K3-9QX"}, {"kind": "calendar", "event_id": 1}],
    request_id="",
    attempts=0,
    created_at=NOW,
)


class Tickets(TicketsClient):
    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble = trouble

    async def order_pdf(self, order_code: str) -> bytes:
        if self.trouble:
            raise self.trouble
        return f"%PDF {order_code}".encode()


class Events(EventsClient):
    def __init__(self) -> None:
        pass

    async def calendar(self, event_id: int) -> bytes:
        return f"BEGIN:VCALENDAR {event_id}".encode()


def preparer(database: Database) -> Preparer:
    return Preparer(database, FakeAttachments(), home=HOME, mail_from="Guichet <g@example.com>")


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("fr", ["billets-7K3-9QX.pdf", "evenement-1.ics"]),
        ("en", ["tickets-7K3-9QX.pdf", "event-1.ics"]),
    ],
)
async def test_files_are_named_in_the_readers_language(language: str, names: list[str]) -> None:
    source = RemoteAttachments(Tickets(), Events())
    files = [await source.fetch(wanted, language) for wanted in CLAIMED.attachments]
    assert [file.filename for file in files if file] == names
    assert [file.content_type for file in files if file] == ["application/pdf", "text/calendar"]
    assert [file.content for file in files if file] == [b"%PDF 7K3-9QX", b"BEGIN:VCALENDAR 1"]


@pytest.mark.parametrize("status", [404, 409, 410])
async def test_what_is_gone_is_left_out(status: int) -> None:
    source = RemoteAttachments(Tickets(RemoteRefusal(status, "gone", {})), Events())
    assert await source.fetch(CLAIMED.attachments[0], "fr") is None


@pytest.mark.parametrize("trouble", [RemoteRefusal(500, "", {}), RemoteUnreachable()])
async def test_other_trouble_is_passed_on(trouble: Exception) -> None:
    source = RemoteAttachments(Tickets(trouble), Events())
    with pytest.raises(type(trouble)):
        await source.fetch(CLAIMED.attachments[0], "fr")


async def test_a_mail_is_ready_to_leave(database: Database) -> None:
    message = await preparer(database).mail(CLAIMED)
    assert message["To"] == "Camille <camille@example.com>"
    assert len(list(message.iter_attachments())) == 2


async def test_the_template_in_use_is_the_edited_one(database: Database) -> None:
    draft = replace(default_draft(TemplateKey.ORDER_CONFIRMED, "fr"), subject="Le nouvel objet")
    await save(database, draft)
    assert (await preparer(database).rendered(CLAIMED)).subject == "Le nouvel objet"
    english = replace(CLAIMED, language="en")
    assert "Your tickets" in (await preparer(database).rendered(english)).subject


async def test_an_edited_template_that_fails_gives_way_to_the_one_that_comes_along(
    database: Database,
) -> None:
    draft = default_draft(TemplateKey.ORDER_CONFIRMED, "fr")
    # Right for the sample, which has two tickets; wrong for an order of one.
    await save(database, replace(draft, subject="{{ tickets[1].ticket_number }}"))
    one_ticket = CLAIMED.context | {"tickets": CLAIMED.context["tickets"][:1]}
    rendered = await preparer(database).rendered(replace(CLAIMED, context=one_ticket))
    assert "Vos billets" in rendered.subject


async def test_a_default_that_fails_is_an_error(database: Database) -> None:
    with pytest.raises(TemplateBroken):
        await preparer(database).rendered(replace(CLAIMED, context={}))


async def save(database: Database, draft: Any) -> None:
    key = TemplateKey.ORDER_CONFIRMED
    await templates.save(database, key, "fr", draft, base_version=None, edited_by=1, home=HOME)
