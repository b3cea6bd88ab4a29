"""What the ways out say of a failure: the server's trouble, or this message's."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from email.message import EmailMessage
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from guichet.local.mailbox.smtp_server import Faults
from guichet.local.ports import free_port
from guichet.notifications.channels import (
    EmailChannel,
    LocalSms,
    MailServer,
    Refused,
    SmsChannel,
    TwilioSms,
    Unreachable,
    normalised_phone,
)
from tests.notifications.conftest import PostOffice


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", "x"
    message["Message-ID"] = "<1@example.com>"
    message.set_content("x")
    return message


@pytest.fixture
async def channel(post: PostOffice) -> AsyncIterator[EmailChannel]:
    opened = EmailChannel(MailServer("127.0.0.1", post.port))
    yield opened
    await opened.rest()


async def hand_over(channel: EmailChannel) -> str:
    return await channel.send(mail(), "a@example.com", "b@example.com")


async def test_a_mail_is_handed_over(channel: EmailChannel, post: PostOffice) -> None:
    assert "Stored" in await hand_over(channel)
    assert len(post.mails()) == 1


async def test_a_refusal_is_about_the_mail_and_the_connection_stays_good(
    channel: EmailChannel, post: PostOffice
) -> None:
    await post.server.set_faults(Faults(refuse_count=1, refuse_reply="550 5.1.1 No such user"))
    with pytest.raises(Refused, match=r"550 5\.1\.1 No such user"):
        await hand_over(channel)
    await hand_over(channel)
    assert len(post.mails()) == 1


async def test_a_server_that_closes_down_is_not_the_mails_fault(
    channel: EmailChannel, post: PostOffice
) -> None:
    await post.server.set_faults(Faults(refuse_count=1, refuse_reply="421 Closing down"))
    with pytest.raises(Unreachable, match="421"):
        await hand_over(channel)


async def test_an_unclear_answer_from_a_living_server_counts_against_the_mail(
    channel: EmailChannel, post: PostOffice
) -> None:
    await post.server.set_faults(Faults(drop_count=1))
    with pytest.raises(Refused, match="no clear answer"):
        await hand_over(channel)


async def test_a_server_that_dies_under_a_mail_is_the_servers_trouble(
    channel: EmailChannel, post: PostOffice
) -> None:
    await post.server.set_faults(Faults(slow_seconds=5))
    sending = asyncio.create_task(hand_over(channel))
    await asyncio.sleep(0.3)
    await post.server.set_faults(Faults(down=True))
    with pytest.raises(Unreachable):
        await sending


async def test_nobody_listening_is_the_servers_trouble() -> None:
    closed = EmailChannel(MailServer("127.0.0.1", free_port()))
    with pytest.raises(Unreachable):
        await hand_over(closed)
    with pytest.raises(Unreachable):
        await closed.probe()


async def test_a_server_that_hangs_up_before_greeting_is_unreachable() -> None:
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", port := free_port())
    async with server:
        with pytest.raises(Unreachable):
            await EmailChannel(MailServer("127.0.0.1", port)).probe()


async def test_demanded_tls_that_is_not_offered_is_never_done_without(post: PostOffice) -> None:
    strict = EmailChannel(MailServer("127.0.0.1", post.port, require_tls=True))
    with pytest.raises(Unreachable):
        await hand_over(strict)
    assert post.mails() == []


async def test_a_connection_is_used_again_and_replaced_when_it_went_stale(
    channel: EmailChannel, post: PostOffice
) -> None:
    await hand_over(channel)
    await post.server.stop()
    await post.server.start()
    await hand_over(channel)
    assert len(post.mails()) == 2


async def test_a_cancelled_send_leaves_no_half_used_connection(
    channel: EmailChannel, post: PostOffice
) -> None:
    await post.server.set_faults(Faults(slow_seconds=2))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(hand_over(channel), 0.2)
    await post.server.set_faults(Faults())
    assert "Stored" in await hand_over(channel)


Handler = Callable[[web.Request], Awaitable[web.Response]]


class Provider:
    """An HTTP server that notes what it is asked and answers what it is told."""

    def __init__(self) -> None:
        self.status = 201
        self.body: Any = {"sid": "SM1", "id": 7}
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        is_json = request.content_type == "application/json"
        content = await (request.json() if is_json else request.post())
        self.asked.append((request.method, request.path, dict(request.headers), dict(content)))
        return web.json_response(self.body, status=self.status)


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    provider = Provider()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", provider.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    provider.url = f"http://127.0.0.1:{port}"
    yield provider
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


def twilio(session: aiohttp.ClientSession, url: str, sender: str = "+33700000000") -> TwilioSms:
    return TwilioSms(session, api_url=url, account_sid="AC1", auth_token="t0ken", sender=sender)


async def test_the_local_sink_is_told_number_text_and_reference(
    session: aiohttp.ClientSession, provider: Provider
) -> None:
    answer = await LocalSms(session, provider.url).send("+33612345678", "Demain", "<1@x>")
    assert answer == "7"
    ((method, path, _, body),) = provider.asked
    assert (method, path) == ("POST", "/sms")
    assert body == {"from": "Guichet", "to": "+33612345678", "text": "Demain", "reference": "<1@x>"}


async def test_twilio_is_asked_as_its_api_wants(
    session: aiohttp.ClientSession, provider: Provider
) -> None:
    assert await twilio(session, provider.url).send("+33612345678", "Demain", "r") == "SM1"
    ((method, path, headers, form),) = provider.asked
    assert (method, path) == ("POST", "/2010-04-01/Accounts/AC1/Messages.json")
    assert form == {"To": "+33612345678", "From": "+33700000000", "Body": "Demain"}
    assert headers["Authorization"] == f"Basic {base64.b64encode(b'AC1:t0ken').decode()}"
    await twilio(session, provider.url, "MG1").send("+33612345678", "Demain", "r")
    assert provider.asked[1][3]["MessagingServiceSid"] == "MG1"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Refused), (404, Refused), (401, Unreachable), (429, Unreachable), (503, Unreachable)],
)
@pytest.mark.parametrize("make", [twilio, LocalSms])
async def test_providers_tell_their_trouble_from_the_messages(
    session: aiohttp.ClientSession,
    provider: Provider,
    make: Callable[[aiohttp.ClientSession, str], SmsChannel],
    status: int,
    kind: type[Exception],
) -> None:
    provider.status, provider.body = status, {"message": "why"}
    with pytest.raises(kind, match=f"HTTP {status}"):
        await make(session, provider.url).send("+33612345678", "Demain", "r")


@pytest.mark.parametrize("make", [twilio, LocalSms])
async def test_a_provider_that_is_not_there_is_unreachable(
    session: aiohttp.ClientSession, make: Callable[[aiohttp.ClientSession, str], SmsChannel]
) -> None:
    nowhere = make(session, f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unreachable):
        await nowhere.send("+33612345678", "Demain", "r")
    with pytest.raises(Unreachable):
        await nowhere.probe()


@pytest.mark.parametrize("make", [twilio, LocalSms])
async def test_a_provider_that_answers_can_be_tried_again(
    session: aiohttp.ClientSession,
    provider: Provider,
    make: Callable[[aiohttp.ClientSession, str], SmsChannel],
) -> None:
    await make(session, provider.url).probe()
    assert [method for method, *_ in provider.asked] == ["GET"]
    provider.status = 401
    with pytest.raises(Unreachable):
        await make(session, provider.url).probe()


async def test_an_answer_that_cannot_be_read_is_unclear(
    session: aiohttp.ClientSession, provider: Provider
) -> None:
    provider.body = None
    with pytest.raises(Refused):
        await LocalSms(session, provider.url).send("+33612345678", "Demain", "r")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("+44 20 7946 0958", "+442079460958"),
        ("0041 44 668 18 00", "+41446681800"),
        ("12", None),
        ("not a number", None),
        ("", None),
        (None, None),
    ],
)
def test_numbers_are_brought_into_one_form(typed: str | None, number: str | None) -> None:
    assert normalised_phone(typed, "FR") == number
