"""Takes a mail apart for display. Mails may be malformed or hostile: nothing here raises."""

import base64
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses

SNIPPET_CHARACTERS = 300
INLINE_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is neither the HTML nor the text to read. `size` is in bytes."""

    number: int
    filename: str
    content_type: str
    content: bytes
    content_id: str

    @property
    def size(self) -> int:
        """Length in bytes once decoded."""
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail taken apart; `html` and `text` are None where the mail has no such part."""

    headers: tuple[tuple[str, str], ...]
    text: str | None
    html: str | None
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What the list shows of a mail."""

    sender: str
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    snippet: str
    attachments: tuple[str, ...]


def read(content: bytes) -> Mail:
    """Take a mail apart into headers, text, HTML and attachments."""
    message = _parse(content)
    text: str | None = None
    html: str | None = None
    attachments: list[Attachment] = []
    for part in message.walk():
        if part.is_multipart():
            continue
        content_type = part.get_content_type()
        readable = part.get_content_disposition() != "attachment"
        if readable and content_type == "text/plain" and text is None:
            text = _text_of(part)
        elif readable and content_type == "text/html" and html is None:
            html = _text_of(part)
        else:
            attachments.append(_attachment(len(attachments) + 1, part))
    return Mail(_headers_of(message), text, html, tuple(attachments))


def summary_of(content: bytes) -> Summary:
    """Return what the list shows of a mail."""
    mail = read(content)
    headers = {name.lower(): value for name, value in reversed(mail.headers)}
    snippet = mail.text if mail.text is not None else _without_tags(mail.html or "")
    addresses = getaddresses([headers.get("to", ""), headers.get("cc", "")])
    return Summary(
        sender=headers.get("from", ""),
        recipients=tuple(address for _, address in addresses if address),
        subject=headers.get("subject", ""),
        message_id=headers.get("message-id", "").strip(),
        snippet=" ".join(snippet.split())[:SNIPPET_CHARACTERS],
        attachments=tuple(attachment.filename for attachment in mail.attachments),
    )


def page_of(mail: Mail) -> str:
    """Return the HTML part ready for the sandboxed frame: links open a new tab, images inline."""
    page = mail.html or ""
    for attachment in mail.attachments:
        if attachment.content_id and attachment.content_type in INLINE_IMAGES:
            data = base64.b64encode(attachment.content).decode()
            source = f"data:{attachment.content_type};base64,{data}"
            page = page.replace(f"cid:{attachment.content_id}", source)
    base = '<base target="_blank">'
    with_base, found = re.subn(r"(<head\b[^>]*>)", rf"\1{base}", page, count=1, flags=re.IGNORECASE)
    return with_base if found else base + page


def _parse(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def _headers_of(message: EmailMessage) -> tuple[tuple[str, str], ...]:
    try:
        return tuple((name, str(value)) for name, value in message.items())
    except Exception:
        # The standard library's header parser fails on some malformed headers, each in its own
        # way; such a mail is still to be listed, with its headers as they came.
        return tuple((name, str(value)) for name, value in message.raw_items())


def _text_of(part: EmailMessage) -> str:
    payload = _payload_of(part)
    charset = part.get_content_charset() or "utf-8"
    try:
        return payload.decode(charset, errors="replace")
    except LookupError:
        return payload.decode("utf-8", errors="replace")


def _payload_of(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _attachment(number: int, part: EmailMessage) -> Attachment:
    try:
        filename = part.get_filename() or ""
    except Exception:
        # As for the headers: a file name that cannot be read must not hide the attachment.
        filename = ""
    return Attachment(
        number=number,
        filename=re.sub(r"[\x00-\x1f/\\]", "_", filename) or f"attachment-{number}",
        content_type=part.get_content_type(),
        content=_payload_of(part),
        content_id=str(part.get("Content-ID", "")).strip("<> "),
    )


def _without_tags(html: str) -> str:
    without_style = re.sub(r"(?is)<(style|script|head)\b.*?</\1>", " ", html)
    return re.sub(r"(?s)<[^>]*>", " ", without_style)
