"""Mails are taken apart whatever they look like."""

import pytest

from guichet.local.mailbox import reading
from tests.local.mailbox.mails import mail


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00 no headers at all",
        b"Content-Type: text/plain; charset=nonsense\r\n\r\n\xff",
        b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        b"To: =?utf-8?q?=\r\nFrom: <<<\r\nDate: never\r\nSubject: =?x?y?z?=\r\n\r\nbody",
        b'Content-Type: application/pdf; name="../../etc/passwd"\r\n'
        b'Content-Disposition: attachment; filename="../../etc/passwd"\r\n\r\nx',
    ],
)
def test_malformed_mail_is_read_without_an_error(content: bytes) -> None:
    mail_read = reading.read(content)
    assert all("/" not in attachment.filename for attachment in mail_read.attachments)
    assert isinstance(reading.summary_of(content).subject, str)


def test_an_inline_image_is_shown_without_a_request() -> None:
    message = mail(html='<html><head></head><body><img src="cid:logo"></body></html>')
    message.add_attachment(b"PNG", maintype="image", subtype="png", cid="<logo>")
    page = reading.page_of(reading.read(bytes(message)))
    assert 'src="data:image/png;base64,UE5H"' in page
