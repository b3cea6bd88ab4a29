"""Who comes to an event: a list to search, CSV and XLSX to take along."""

from collections.abc import AsyncIterable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from guichet.contracts.money import Amount
from guichet.kernel.callers import Caller
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.language import language_of
from guichet.kernel.paging import Page, Paging, page_of
from guichet.kernel.problems import Forbidden, Unauthenticated
from guichet.kernel.spreadsheets import CSV_TYPE, XLSX_TYPE, csv_chunks, xlsx_chunks
from guichet.kernel.validation import Line
from guichet.tickets.attendees import HEADER, attendee_table, list_attendees
from guichet.tickets.codes import order_code, ticket_number
from guichet.tickets.domain import TicketStatus
from guichet.tickets.http_api.deps import PREFIX, Ctx, PathId, QueryId, content
from guichet.tickets.organising import event_to_run
from guichet.tickets.problems import EventNotFound
from guichet.tickets.repository.attendees import Attendee, AttendeesWanted

router = APIRouter(
    prefix=f"{PREFIX}/events/{{event_id}}",
    tags=["attendees"],
    responses={**problem_responses([Unauthenticated, Forbidden, EventNotFound])},
)


class AttendeeView(BaseModel):
    """A ticket and who bought it, for the event's organisers."""

    ticket_id: int
    ticket_number: str
    order_code: str
    buyer_name: str
    buyer_email: str
    ticket_type_id: int
    ticket_type: str
    price: Amount
    currency: str
    status: TicketStatus
    purchase_date: datetime
    used_at: datetime | None
    used_where: str | None
    cancelled_at: datetime | None


async def _wanted(
    event_id: PathId,
    q: Annotated[
        Line | None,
        Query(max_length=200, description="A ticket, an order, a part of name or e-mail."),
    ] = None,
    status: TicketStatus | None = None,
    ticket_type_id: QueryId | None = None,
) -> AttendeesWanted:
    return AttendeesWanted(event_id, q or None, status.value if status else None, ticket_type_id)


Wanted = Annotated[AttendeesWanted, Depends(_wanted)]


@router.get("/attendees", summary="Who comes")
async def attendees(
    context: Ctx, caller: Caller, wanted: Wanted, paging: Paging
) -> Page[AttendeeView]:
    """List an event's tickets with their buyers, newest first: to its creator or an admin."""
    await event_to_run(context.database, wanted.event_id, caller)
    found, total = await list_attendees(context.database, wanted, paging)
    return page_of([_view(each) for each in found], total, paging)


@router.get(
    "/attendees.csv",
    summary="Who comes, as CSV",
    response_class=StreamingResponse,
    responses=content(CSV_TYPE),
)
async def attendees_csv(
    context: Ctx, caller: Caller, wanted: Wanted, request: Request
) -> StreamingResponse:
    """The whole list, oldest first: UTF-8, commas, amounts with a point, the event's own time."""
    event = await event_to_run(context.database, wanted.event_id, caller)
    language = language_of(request.headers.get("accept-language"))
    rows = attendee_table(context.database, wanted, event.time_zone, language)
    return _file(csv_chunks(HEADER[language], rows), CSV_TYPE, f"{wanted.event_id}.csv")


@router.get(
    "/attendees.xlsx",
    summary="Who comes, as XLSX",
    response_class=StreamingResponse,
    responses=content(XLSX_TYPE),
)
async def attendees_xlsx(
    context: Ctx, caller: Caller, wanted: Wanted, request: Request
) -> StreamingResponse:
    """The whole list, oldest first, with typed amounts and times."""
    event = await event_to_run(context.database, wanted.event_id, caller)
    language = language_of(request.headers.get("accept-language"))
    rows = attendee_table(context.database, wanted, event.time_zone, language)
    chunks = xlsx_chunks(event.title, HEADER[language], rows)
    return _file(chunks, XLSX_TYPE, f"{wanted.event_id}.xlsx")


def _file(chunks: AsyncIterable[bytes], media_type: str, name: str) -> StreamingResponse:
    headers: dict[str, Any] = {
        "Content-Disposition": f'attachment; filename="attendees-{name}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(chunks, media_type=media_type, headers=headers)


def _view(attendee: Attendee) -> AttendeeView:
    return AttendeeView.model_construct(
        ticket_id=attendee.ticket_id,
        ticket_number=ticket_number(attendee.ticket_id),
        order_code=order_code(attendee.order_id),
        buyer_name=attendee.buyer_name,
        buyer_email=attendee.buyer_email,
        ticket_type_id=attendee.ticket_type_id,
        ticket_type=attendee.ticket_type,
        price=attendee.price_minor,
        currency=attendee.currency,
        status=TicketStatus(attendee.status),
        purchase_date=attendee.created_at,
        used_at=attendee.used_at,
        used_where=attendee.used_where,
        cancelled_at=attendee.cancelled_at,
    )
