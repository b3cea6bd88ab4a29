"""Making a claimed delivery ready to leave: template, rendering, attachments."""

from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from typing import Any, Protocol

from guichet.contracts.clients.events import EventsClient
from guichet.contracts.clients.tickets import TicketsClient
from guichet.kernel.database import Database
from guichet.kernel.http_client import RemoteRefusal
from guichet.kernel.logs import logger
from guichet.notifications.composing import Attachment, Mail, compose
from guichet.notifications.domain import TemplateBroken, TemplateKey, language_or_default
from guichet.notifications.rendering import Rendered, default_draft, render
from guichet.notifications.repository.deliveries import Claimed
from guichet.notifications.use_cases import templates

GONE_STATUSES = {404, 409, 410}
"""There is nothing to attach any more: every ticket was cancelled, the event withdrawn."""

log = logger(__name__)


class AttachmentSource(Protocol):
    """Where the files of a delivery come from."""

    async def fetch(self, wanted: dict[str, Any], language: str) -> Attachment | None:
        """Return the file, None where there is none any more; raises as `ServiceClient` does."""
        ...


class RemoteAttachments:
    """Asks tickets for the PDF and events for the calendar file, each when the mail leaves."""

    def __init__(self, tickets: TicketsClient, events: EventsClient) -> None:
        self._tickets = tickets
        self._events = events

    async def fetch(self, wanted: dict[str, Any], language: str) -> Attachment | None:
        """Fetch as `AttachmentSource` says."""
        if wanted["kind"] == "tickets":
            code: str = wanted["order_code"]
            name = f"billets-{code}.pdf" if language == "fr" else f"tickets-{code}.pdf"
            content = await _unless_gone(self._tickets.order_pdf, code)
            return Attachment(name, "application/pdf", content) if content else None
        event_id: int = wanted["event_id"]
        name = f"evenement-{event_id}.ics" if language == "fr" else f"event-{event_id}.ics"
        content = await _unless_gone(self._events.calendar, event_id)
        return Attachment(name, "text/calendar", content) if content else None


async def _unless_gone(fetch: Callable[[Any], Awaitable[bytes]], argument: Any) -> bytes | None:
    try:
        return await fetch(argument)
    except RemoteRefusal as refusal:
        if refusal.status in GONE_STATUSES:
            return None
        raise


class Preparer:
    """Prepares deliveries with the templates in use."""

    def __init__(
        self, database: Database, attachments: AttachmentSource, *, home: str, mail_from: str
    ) -> None:
        self._database = database
        self._attachments = attachments
        self._home = home
        self.mail_from = mail_from

    async def rendered(self, claimed: Claimed) -> Rendered:
        """Render a delivery; an edited template that fails gives way to the one that comes along.

        Somebody waits for these tickets, and what the administrator broke has been tried with
        sample data only.
        """
        key, language = TemplateKey(claimed.template), language_or_default(claimed.language)
        state = await templates.current(self._database, key, language)
        try:
            return render(state.draft, claimed.context, language, self._home)
        except TemplateBroken as broken:
            if state.is_default:
                raise
            log.error(
                "edited template failed",
                template=key,
                language=language,
                version=state.version,
                errors=broken.errors,
            )
            return render(default_draft(key, language), claimed.context, language, self._home)

    async def mail(self, claimed: Claimed) -> EmailMessage:
        """Return the MIME message of a delivery.

        Raises `TemplateBroken`, `RemoteUnreachable`, `RemoteRefusal`, ValueError for an address
        that is none.
        """
        rendered = await self.rendered(claimed)
        files = [
            await self._attachments.fetch(wanted, claimed.language)
            for wanted in claimed.attachments
        ]
        return compose(
            Mail(
                sender=self.mail_from,
                to_address=claimed.address,
                to_name=claimed.name,
                subject=rendered.subject,
                text=rendered.text,
                html=rendered.html,
                language=claimed.language,
                message_id=claimed.message_id,
                written_at=claimed.created_at,
                attachments=tuple(file for file in files if file is not None),
            )
        )
