"""Putting a mail together: MIME with a text part, an HTML part and attachments."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from guichet.notifications.domain import NAME_CHARACTERS_MAX, SUBJECT_CHARACTERS_MAX, clean_line


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail; `content_type` such as `application/pdf`."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """A rendered mail; `message_id` in angle brackets, the same at every attempt."""

    sender: str
    to_address: str
    to_name: str
    subject: str
    text: str
    html: str
    language: str
    message_id: str
    written_at: datetime
    attachments: tuple[Attachment, ...] = ()


def compose(mail: Mail) -> EmailMessage:
    """Return the MIME message: multipart/mixed of multipart/alternative and the attachments.

    Raises ValueError for an address that is none; names and subjects are cleaned instead.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(*parseaddr(mail.sender))
    message["To"] = _address(mail.to_name, mail.to_address)
    message["Subject"] = clean_line(mail.subject, SUBJECT_CHARACTERS_MAX)
    message["Date"] = format_datetime(mail.written_at)
    message["Message-ID"] = mail.message_id
    # RFC 3834: holiday notices and the like are not to answer this.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    for attachment in mail.attachments:
        maintype, _, subtype = attachment.content_type.partition("/")
        message.add_attachment(
            attachment.content,
            maintype=maintype,
            subtype=subtype,
            filename=clean_line(attachment.filename, NAME_CHARACTERS_MAX),
            params=_parameters(attachment.content_type),
        )
    # Only now: making a message multipart moves its Content headers to the first part.
    message["Content-Language"] = mail.language
    return message


def _parameters(content_type: str) -> dict[str, str]:
    # Mail programs offer "add to calendar" only where the method is named in the type.
    return {"method": "PUBLISH", "charset": "utf-8"} if content_type == "text/calendar" else {}


def _address(name: str, address: str) -> Address:
    if any(character in address for character in "\r\n\0"):
        raise ValueError("not an e-mail address")
    local, at, domain = address.rpartition("@")
    if not (local and at and domain):
        raise ValueError("not an e-mail address")
    ascii_domain = domain.encode("idna").decode("ascii")
    return Address(clean_line(name, NAME_CHARACTERS_MAX), local, ascii_domain)
