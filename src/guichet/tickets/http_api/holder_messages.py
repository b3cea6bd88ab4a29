"""Messages from an organiser to the holders of an event's tickets."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from guichet.kernel.callers import Caller
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.problems import Forbidden, Unauthenticated
from guichet.kernel.validation import Line, Lines
from guichet.tickets.http_api.asked import key_of
from guichet.tickets.http_api.deps import ID_MAX, PREFIX, Ctx, PathId
from guichet.tickets.organising import event_to_run
from guichet.tickets.problems import (
    EventNotFound,
    KeyReused,
    MessagedTooOften,
    TicketTypeNotFound,
)
from guichet.tickets.repository.holder_messages import HolderMessage, Writing

router = APIRouter(prefix=f"{PREFIX}/events/{{event_id}}", tags=["messages to holders"])

TypeId = Annotated[int, Field(ge=1, le=ID_MAX)]


class MessageAsked(BaseModel):
    """What is written: plain text; an empty line begins a paragraph."""

    model_config = ConfigDict(extra="forbid")

    subject: Annotated[Line, Field(min_length=1, max_length=120)]
    body: Annotated[Lines, Field(min_length=1, max_length=5000)]
    ticket_type_ids: Annotated[list[TypeId], Field(min_length=1, max_length=50)] | None = None


class MessageView(BaseModel):
    """A message and how far it is: `told` of `recipients` buyers have been sent it."""

    id: int
    event_id: int
    author_id: int
    subject: str
    body: str
    ticket_type_ids: list[int] | None
    recipients: int
    told: int
    created_at: datetime
    finished_at: datetime | None


class MessageList(BaseModel):
    """An event's messages, newest first, a hundred at most."""

    data: list[MessageView]


class ReachView(BaseModel):
    """How many buyers a message would go to now, each by one mail.

    `messages_left` more may be written within a day; where none may, the next at `next_at`.
    """

    recipients: int
    messages_left: int
    next_at: datetime | None


@router.post(
    "/messages",
    status_code=201,
    summary="Write to all holders",
    responses={
        **problem_responses(
            [
                Unauthenticated,
                Forbidden,
                EventNotFound,
                TicketTypeNotFound,
                KeyReused,
                MessagedTooOften,
            ]
        )
    },
)
async def write_message(
    event_id: PathId,
    asked: MessageAsked,
    context: Ctx,
    caller: Caller,
    request: Request,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> MessageView:
    """One mail to each buyer with a live ticket; three messages a day at most.

    For the event's creator and administrators. The same `Idempotency-Key` gives the same message.
    """
    await event_to_run(context.database, event_id, caller)
    written = await context.holder_messages.write(
        Writing(
            event_id=event_id,
            author_id=caller.account_id,
            topic=asked.subject,
            body=asked.body,
            ticket_type_ids=None if asked.ticket_type_ids is None else tuple(asked.ticket_type_ids),
            key=None if idempotency_key is None else key_of(request.headers),
        )
    )
    return _view(written)


@router.get(
    "/messages",
    summary="What was written to holders",
    responses={**problem_responses([Unauthenticated, Forbidden, EventNotFound])},
)
async def list_messages(event_id: PathId, context: Ctx, caller: Caller) -> MessageList:
    """Return an event's messages with how far they are: to its creator or an administrator."""
    await event_to_run(context.database, event_id, caller)
    found = await context.holder_messages.of_event(event_id)
    return MessageList(data=[_view(each) for each in found])


@router.get(
    "/messages/recipients",
    summary="How many a message would go to",
    responses={
        **problem_responses([Unauthenticated, Forbidden, EventNotFound, TicketTypeNotFound])
    },
)
async def count_recipients(
    event_id: PathId,
    context: Ctx,
    caller: Caller,
    ticket_type_id: Annotated[list[TypeId] | None, Query(max_length=50)] = None,
) -> ReachView:
    """Return whom a message to the holders of these types, or of all, would reach."""
    await event_to_run(context.database, event_id, caller)
    reach = await context.holder_messages.reach(event_id, ticket_type_id)
    return ReachView(
        recipients=reach.recipients, messages_left=reach.messages_left, next_at=reach.next_at
    )


def _view(message: HolderMessage) -> MessageView:
    return MessageView(
        id=message.message_id,
        event_id=message.event_id,
        author_id=message.author_id,
        subject=message.topic,
        body=message.body,
        ticket_type_ids=message.ticket_type_ids,
        recipients=message.recipients,
        told=message.told,
        created_at=message.created_at,
        finished_at=message.finished_at,
    )
