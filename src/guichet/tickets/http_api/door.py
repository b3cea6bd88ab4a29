"""The door: how many have come in, tickets by name, admissions taken back."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from guichet.kernel.callers import Caller
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.problems import Forbidden, Unauthenticated
from guichet.kernel.validation import Line
from guichet.tickets.codes import order_code, ticket_number
from guichet.tickets.domain import TicketStatus
from guichet.tickets.door import Found
from guichet.tickets.figures import EventFigures
from guichet.tickets.http_api.deps import PREFIX, Ctx, PathId
from guichet.tickets.http_api.tickets import ticket_of
from guichet.tickets.organising import OwnEvent, event_at_the_door
from guichet.tickets.problems import EventNotFound, NotAdmitted, TicketNotFound
from guichet.tickets.views import TicketView

router = APIRouter(prefix=PREFIX, tags=["door"])


class DoorType(BaseModel):
    """One ticket type at the door."""

    ticket_type_id: int
    name: str
    sold: int
    admitted: int


class DoorView(BaseModel):
    """How many have come in, as of `read_at`; `expected` still hold a ticket."""

    event_id: int
    title: str
    status: str
    starts_at: datetime
    time_zone: str
    sold: int
    admitted: int
    expected: int
    ticket_types: list[DoorType]
    last_admitted_at: datetime | None
    read_at: datetime


class FoundView(BaseModel):
    """A ticket found at the door; admit it with `POST /tickets/{ticket_id}/validate`."""

    ticket_id: int
    ticket_number: str
    order_code: str
    buyer_name: str
    ticket_type: str
    status: TicketStatus
    used_at: datetime | None
    used_where: str | None


class FoundAnswer(BaseModel):
    """Tickets by their buyer's name; with `more`, others match too: ask for more letters."""

    data: list[FoundView]
    more: bool


class UndoAsked(BaseModel):
    """Why an admission is taken back; kept with it."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Line, Field(min_length=1, max_length=200)]


_REFUSALS = problem_responses([Unauthenticated, Forbidden, EventNotFound])


@router.get("/events/{event_id}/door", summary="Who has come in", responses={**_REFUSALS})
async def door(event_id: PathId, context: Ctx, caller: Caller, response: Response) -> DoorView:
    """Return the counters of an event, about a second old: to who may admit to it."""
    event = await event_at_the_door(context.database, event_id, caller)
    response.headers["Cache-Control"] = "no-store"
    return _door_view(event, await context.figures.of(event))


@router.get(
    "/events/{event_id}/door/search", summary="Find tickets at the door", responses={**_REFUSALS}
)
async def search(
    event_id: PathId,
    context: Ctx,
    caller: Caller,
    q: Annotated[
        Line,
        Query(
            min_length=2,
            max_length=100,
            description="A ticket number, an order code, or words of the buyer's name.",
        ),
    ],
) -> FoundAnswer:
    """Return twenty tickets of the event at most, by name: to who may admit to it."""
    await event_at_the_door(context.database, event_id, caller)
    found, more = await context.door.search(event_id, q)
    return FoundAnswer(data=[_found_view(each) for each in found], more=more)


@router.post(
    "/{ticket_id}/undo-admission",
    summary="Take an admission back",
    responses={**problem_responses([Unauthenticated, Forbidden, TicketNotFound, NotAdmitted])},
)
async def undo_admission(
    ticket_id: PathId, asked: UndoAsked, context: Ctx, caller: Caller
) -> TicketView:
    """Let a used ticket admit again: for the event's creator or an administrator."""
    await context.door.undo_admission(ticket_id, caller, asked.reason)
    return await ticket_of(context, ticket_id)


def _door_view(event: OwnEvent, found: EventFigures) -> DoorView:
    return DoorView(
        event_id=event.event_id,
        title=event.title,
        status=event.status,
        starts_at=event.starts_at,
        time_zone=event.time_zone,
        sold=found.sold,
        admitted=found.admitted,
        expected=max(0, found.sold - found.admitted),
        ticket_types=[
            DoorType(
                ticket_type_id=each.ticket_type_id,
                name=each.name,
                sold=each.sold,
                admitted=each.admitted,
            )
            for each in found.types
        ],
        last_admitted_at=found.last_admitted_at,
        read_at=found.read_at,
    )


def _found_view(found: Found) -> FoundView:
    return FoundView(
        ticket_id=found.ticket_id,
        ticket_number=ticket_number(found.ticket_id),
        order_code=order_code(found.order_id),
        buyer_name=found.buyer_name,
        ticket_type=found.ticket_type,
        status=found.status,
        used_at=found.used_at,
        used_where=found.used_where,
    )
