"""What the routes of notifications take and give."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row

from guichet.kernel.problems import Language
from guichet.notifications.domain import Channel, Outcome, Status, TemplateKey
from guichet.notifications.inbox_texts import sentence
from guichet.notifications.rendering import Draft, Rendered
from guichet.notifications.use_cases.telling import without_secrets
from guichet.notifications.use_cases.templates import TemplateState


class LineHealth(BaseModel):
    """A way out: whether its server answered when it was last tried."""

    channel: Channel
    is_down: bool


class Health(BaseModel):
    """The queue at a glance."""

    queue_length: int
    oldest_waiting_seconds: float
    failures_last_hour: int
    given_up: int
    dead_letters: int
    channels: list[LineHealth]


class Notice(BaseModel):
    """A line of an inbox; `link` is a path in the web app."""

    id: int
    kind: TemplateKey
    title: str
    body: str
    link: str
    created_at: datetime
    read_at: datetime | None


class InboxAnswer(BaseModel):
    """Lines, newest first; pass `next_cursor` as `cursor` for the ones before."""

    data: list[Notice]
    next_cursor: int | None
    unread: int


class AllRead(BaseModel):
    """How many lines were marked as read."""

    marked: int
    unread: int = 0


class Delivery(BaseModel):
    """A mail or SMS, without what only its recipient may see."""

    id: int
    channel: Channel
    template: TemplateKey
    language: str
    account_id: int | None
    address: str
    name: str
    status: Status
    attempts: int
    last_error: str | None
    message_id: str
    next_attempt_at: datetime | None
    created_at: datetime
    ended_at: datetime | None


class Attempt(BaseModel):
    """One attempt to deliver."""

    at: datetime
    outcome: Outcome
    detail: str


class DeliveryDetail(Delivery):
    """A delivery with all its attempts and what it is about."""

    context: dict[str, Any]
    history: list[Attempt]


class TemplateSources(BaseModel):
    """The sources of a template: Jinja2 in all, MJML in `mjml`."""

    model_config = ConfigDict(extra="forbid")

    subject: str = Field(min_length=1, max_length=500)
    mjml: str = Field(min_length=1, max_length=100_000)
    text: str = Field(min_length=1, max_length=50_000)
    sms: str = Field(default="", max_length=1_000)

    def draft(self) -> Draft:
        """Return the sources as rendering takes them."""
        return Draft(self.subject, self.mjml, self.text, self.sms)


class TemplateChange(TemplateSources):
    """New sources; with `base_version` the change is refused where another came in between."""

    base_version: int | None = Field(default=None, ge=0)


class TemplateAnswer(TemplateSources):
    """A template as it is in use, or was."""

    key: TemplateKey
    language: Language
    version: int
    is_default: bool
    edited_by: int | None
    edited_at: datetime | None


class TemplateList(BaseModel):
    """Every template in every language."""

    data: list[TemplateAnswer]


class Preview(BaseModel):
    """A template rendered with made-up data. Show `html` in a sandboxed frame only."""

    subject: str
    html: str
    text: str
    sms: str


def notice_of(row: Row[Any], language: Language) -> Notice:
    """Return an inbox line in the reader's language."""
    title, body = sentence(row.kind, row.details, language)
    return Notice(
        id=row.id,
        kind=TemplateKey(row.kind),
        title=title,
        body=body,
        link=row.details["path"],
        created_at=row.created_at,
        read_at=row.read_at,
    )


def delivery_of(row: Row[Any]) -> Delivery:
    """Return a delivery as an administrator sees it."""
    return Delivery.model_validate(_delivery_values(row))


def delivery_detail_of(row: Row[Any], attempts: list[Row[Any]]) -> DeliveryDetail:
    """Return a delivery with its attempts; secrets are left out."""
    history = [Attempt(at=each.at, outcome=each.outcome, detail=each.detail) for each in attempts]
    return DeliveryDetail.model_validate(
        _delivery_values(row) | {"context": without_secrets(row.context), "history": history}
    )


def template_of(state: TemplateState) -> TemplateAnswer:
    """Return a template as an administrator sees it."""
    return TemplateAnswer.model_construct(
        key=state.key,
        language=state.language,
        version=state.version,
        is_default=state.is_default,
        edited_by=state.edited_by,
        edited_at=state.edited_at,
        subject=state.draft.subject,
        mjml=state.draft.mjml,
        text=state.draft.text,
        sms=state.draft.sms,
    )


def preview_of(rendered: Rendered) -> Preview:
    """Return a rendered template."""
    return Preview(
        subject=rendered.subject, html=rendered.html, text=rendered.text, sms=rendered.sms
    )


def _delivery_values(row: Row[Any]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in Delivery.model_fields}
    if row.status != Status.WAITING:
        values["next_attempt_at"] = None
    return values
