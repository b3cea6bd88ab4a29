"""The MIME message: text, HTML, PDF and calendar, and headers that nobody can add to."""

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.notifications.composing import Attachment, Mail, compose
from tests.notifications.occasions import NOW

MAIL = Mail(
    sender="Guichet <guichet@example.com>",
    to_address="camille@example.com",
    to_name="Camille Éxemple",
    subject="Vos billets pour « Été »",
    text="Bonjour,\n" + "é" * 400 + "\n.\nfin\n",
    html="<p>Bonjour</p>" + "x" * 2000,
    language="fr",
    message_id="<0123@example.com>",
    written_at=NOW,
    attachments=(
        Attachment("billets-7K3.pdf", "application/pdf", b"%PDF-1.7 \x00\xff"),
        Attachment("événement.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
    ),
)


def parsed(mail: Mail) -> EmailMessage:
    return message_from_bytes(compose(mail).as_bytes(), policy=policy.default)


def test_the_parts_stand_in_the_order_that_mail_programs_expect() -> None:
    types = [part.get_content_type() for part in parsed(MAIL).walk()]
    assert types == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
        "text/calendar",
    ]


def test_text_html_and_files_arrive_as_they_were() -> None:
    message = parsed(MAIL)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == MAIL.text
    assert html.get_content().rstrip() == MAIL.html
    files = {
        part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()
    }
    assert files == {file.filename: file.content for file in MAIL.attachments}


def test_the_calendar_names_its_method() -> None:
    calendar = list(parsed(MAIL).iter_attachments())[1]
    assert calendar.get_param("method") == "PUBLISH"
    assert calendar.get_content_charset() == "utf-8"


def test_headers_identify_the_mail_and_ask_for_no_answer() -> None:
    message = parsed(MAIL)
    assert message["Message-ID"] == "<0123@example.com>"
    assert message["Subject"] == "Vos billets pour « Été »"
    assert message["To"] == "Camille Éxemple <camille@example.com>"
    assert message["From"] == "Guichet <guichet@example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "fr"
    assert message["Date"].datetime == NOW


def test_no_line_is_longer_than_smtp_allows() -> None:
    assert max(len(line) for line in compose(MAIL).as_bytes().split(b"\r\n")) <= 998


def test_composing_twice_gives_the_same_identity() -> None:
    assert parsed(MAIL)["Message-ID"] == parsed(MAIL)["Message-ID"]
    assert parsed(MAIL)["Date"] == parsed(MAIL)["Date"]


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=120))
@settings(max_examples=40, deadline=None)
def test_whatever_people_type_adds_no_header(typed: str) -> None:
    hostile = f"{typed}\r\nBcc: victim@example.com\r\n\r\n<script>"
    attachment = Attachment(hostile, "application/pdf", b"x")
    mail = replace(MAIL, to_name=hostile, subject=hostile, attachments=(attachment,))
    expected = [name for name, _ in parsed(replace(MAIL, attachments=(attachment,))).items()]
    message = parsed(mail)
    assert [name for name, _ in message.items()] == expected
    assert message["Bcc"] is None
    assert len(message["To"].addresses) == 1
    assert message["To"].addresses[0].addr_spec == "camille@example.com"


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "@example.com", "a@", "a@example.com\r\nBcc: b@example.com", "a\0@b.c"],
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"e-mail address|Invalid|expected"):
        compose(replace(MAIL, to_address=address))


def test_an_international_domain_is_written_in_ascii() -> None:
    assert (
        b"camille@xn--exmple-cva.com"
        in compose(replace(MAIL, to_address="camille@exémple.com")).as_bytes()
    )
