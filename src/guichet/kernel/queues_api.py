"""The routes on a service's queues and dead letters, the same in every service with messages."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict

from guichet.kernel import queues
from guichet.kernel.callers import Caller
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.problems import Forbidden, Unauthenticated
from guichet.kernel.queues import Backlog, DeadLetterFailedAgain, NoSuchDeadLetter
from guichet.kernel.service import Platform
from guichet.kernel.tokens import Principal

LetterId = Annotated[int, Path(ge=1, le=2**63 - 1)]


class StreamQueue(BaseModel):
    """Messages of one publisher: `waiting` are not delivered yet, `in_hand` not done with."""

    model_config = ConfigDict(from_attributes=True)

    stream: str
    waiting: int
    in_hand: int


class Queues(BaseModel):
    """What waits in a service. `inbox` is null while NATS cannot be asked."""

    service: str
    outbox_waiting: int
    outbox_oldest_seconds: float
    inbox: list[StreamQueue] | None
    dead_letters: int
    read_at: datetime


class DeadLetter(BaseModel):
    """A message that could not be handled; what it says is left out, being personal."""

    id: int
    message_id: str
    subject: str
    error: str
    attempts: int
    created_at: datetime


class DeadLetters(BaseModel):
    """The messages that wait for an administrator, newest first, a hundred at most of `total`."""

    data: list[DeadLetter]
    total: int


def queues_router(prefix: str, require_administrator: Callable[[Principal], None]) -> APIRouter:
    """Return the routes below `prefix`; `require_administrator` raises `Forbidden`.

    To be included before routes whose path begins with a parameter.
    """

    async def administrator(caller: Caller) -> Principal:
        require_administrator(caller)
        return caller

    refused = problem_responses([Unauthenticated, Forbidden])
    router = APIRouter(
        prefix=prefix,
        tags=["queues"],
        responses={**refused},
        dependencies=[Depends(administrator)],
    )

    @router.get("/queues", summary="What waits in this service")
    async def read_queues(request: Request, response: Response) -> Queues:
        """Messages to be sent and to be handled, and those that were given up."""
        here = _platform(request)
        response.headers["Cache-Control"] = "no-store"
        found = await queues.backlog(here.database, here.bus, here.inbox)
        return _queues_of(request.app.state.service, found)

    @router.get("/dead-letters", summary="Messages that failed")
    async def list_dead_letters(request: Request) -> DeadLetters:
        """Messages from other services that could not be handled."""
        letters, total = await queues.dead_letters(_platform(request).database)
        return DeadLetters(
            data=[DeadLetter.model_validate(letter, from_attributes=True) for letter in letters],
            total=total,
        )

    @router.post(
        "/dead-letters/{letter_id}/retry",
        summary="Handle a failed message again",
        status_code=204,
        responses={**problem_responses([NoSuchDeadLetter, DeadLetterFailedAgain])},
    )
    async def retry_dead_letter(request: Request, letter_id: LetterId) -> None:
        """Handled now; where it fails again it stays."""
        await queues.retry_dead_letter(_platform(request).inbox, letter_id)

    return router


def _platform(request: Request) -> Platform:
    return cast(Platform, request.app.state.platform)


def _queues_of(service: str, found: Backlog) -> Queues:
    oldest_at = found.oldest_unsent_at
    waited = (found.read_at - oldest_at).total_seconds() if oldest_at else 0.0
    streams = found.streams
    return Queues(
        service=service,
        outbox_waiting=found.unsent,
        outbox_oldest_seconds=round(max(0.0, waited), 1),
        inbox=None
        if streams is None
        else [StreamQueue.model_validate(stream) for stream in streams],
        dead_letters=found.dead_letters,
        read_at=found.read_at,
    )
