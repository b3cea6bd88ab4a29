"""Tickets: lists, one, its QR code and PDF, cancelling, admission by id."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from guichet.contracts.roles import Permission, may
from guichet.kernel.answers import made
from guichet.kernel.callers import Caller, OptionalCaller
from guichet.kernel.paging import Page, Paging, page_of
from guichet.kernel.problems import Forbidden
from guichet.kernel.tokens import Principal
from guichet.kernel.validation import Line
from guichet.tickets.admission import AdmissionRequest, Admitted
from guichet.tickets.codes import order_code, ticket_number
from guichet.tickets.context import Context
from guichet.tickets.documents import TicketToPrint, qr_svg, tickets_pdf
from guichet.tickets.giving_back import Right
from guichet.tickets.http_api.deps import (
    PREFIX,
    Ctx,
    PathId,
    QueryId,
    check_named,
    content,
    refusals,
)
from guichet.tickets.problems import (
    AlreadyCancelled,
    AlreadyUsed,
    OtherEvent,
    TicketNotFound,
    TicketUnknown,
)
from guichet.tickets.refund_problems import RefundNotAllowed, RefundTooLate
from guichet.tickets.repository import reading
from guichet.tickets.repository.reading import TicketRecord
from guichet.tickets.views import TicketView, ticket_view

router = APIRouter(prefix=PREFIX, tags=["tickets"])


class AdmissionView(BaseModel):
    """What the door is told: the holder may come in."""

    admitted: bool
    ticket_id: int
    ticket_number: str
    order_code: str
    event_id: int
    event_title: str
    ticket_type: str
    holder_name: str
    status: str
    used_at: datetime | None
    used_where: str | None


def admission_view(admitted: Admitted) -> AdmissionView:
    """Return an admission as the door is told."""
    ticket = admitted.ticket
    return made(
        AdmissionView,
        admitted=True,
        ticket_id=ticket.ticket_id,
        ticket_number=ticket_number(ticket.ticket_id),
        order_code=order_code(ticket.order_id),
        event_id=ticket.event_id,
        event_title=admitted.event_title,
        ticket_type=admitted.ticket_type,
        holder_name=admitted.holder_name,
        status=ticket.status.value,
        used_at=ticket.used_at,
        used_where=ticket.used_where,
    )


def record_view(record: TicketRecord) -> TicketView:
    """Return a ticket as it is shown, with what became of its own money."""
    return ticket_view(
        record.ticket,
        record.payment,
        record.card,
        refund_status=record.refund_status,
        refund_minor=record.refund_minor,
    )


@router.get("", responses=refusals(Forbidden))
@router.get("/admin/tickets", responses=refusals(Forbidden))
async def list_tickets(
    context: Ctx,
    caller: Caller,
    paging: Paging,
    event_id: QueryId | None = None,
    status: Annotated[Literal["confirmed", "used", "cancelled"] | None, Query()] = None,
    q: Annotated[Line | None, Query(max_length=200)] = None,
) -> Page[TicketView]:
    """List tickets: all for an administrator, those of their own events for an organiser."""
    sees_all = may(caller, Permission.LIST_ALL_TICKETS)
    if not sees_all and not may(caller, Permission.LIST_TICKETS_OF_OWN_EVENTS):
        raise Forbidden
    async with context.database.listing() as connection:
        records, total = await reading.all_tickets(
            connection,
            paging,
            creator_id=None if sees_all else caller.account_id,
            event_id=event_id,
            status=status,
            text=q,
        )
    return page_of([record_view(record) for record in records], total, paging)


@router.get("/user/{user_id}", responses=refusals(Forbidden))
async def tickets_of_user(
    user_id: PathId, context: Ctx, caller: Caller, paging: Paging
) -> Page[TicketView]:
    """List an account's tickets, newest first: to itself or an administrator."""
    if caller.account_id != user_id and not may(caller, Permission.LIST_ALL_TICKETS):
        raise Forbidden
    async with context.database.reading() as connection:
        records, total = await reading.tickets_of_account(connection, user_id, paging)
    return page_of([record_view(record) for record in records], total, paging)


@router.get("/{ticket_id:int}", responses=refusals(TicketNotFound))
async def read_ticket(
    ticket_id: PathId,
    context: Ctx,
    caller: OptionalCaller,
    access: Annotated[str | None, Query(max_length=100)] = None,
) -> TicketView:
    """Return a ticket: to its holder, its event's creator, an administrator, or by the link."""
    return record_view(await _readable(context, ticket_id, caller, access))


@router.get(
    "/{ticket_id}/qr.svg",
    response_class=Response,
    responses={**content("image/svg+xml"), **refusals(TicketNotFound)},
)
async def ticket_qr(
    ticket_id: PathId,
    context: Ctx,
    caller: OptionalCaller,
    access: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """Return the QR code that admits: to its holder or an administrator, being the secret."""
    record = await _readable(context, ticket_id, caller, access, holder_only=True)
    return Response(
        qr_svg(record.ticket),
        media_type="image/svg+xml",
        headers={"Cache-Control": "private, no-store"},
    )


@router.get(
    "/{ticket_id}/ticket.pdf",
    response_class=Response,
    responses={**content("application/pdf"), **refusals(TicketNotFound)},
)
async def ticket_pdf(
    ticket_id: PathId,
    context: Ctx,
    caller: OptionalCaller,
    access: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """Return the ticket as a PDF, in the buyer's language: to its holder or an administrator."""
    record = await _readable(context, ticket_id, caller, access, holder_only=True)
    buyer = (await context.selling.order(record.ticket.order_id)).buyer
    content = await tickets_pdf(
        [TicketToPrint(record.ticket, record.card, buyer.name)], buyer.language
    )
    name = ticket_number(ticket_id)
    return Response(
        content,
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


@router.post(
    "/{ticket_id}/cancel",
    responses=refusals(
        Forbidden, TicketNotFound, AlreadyCancelled, AlreadyUsed, RefundNotAllowed, RefundTooLate
    ),
)
async def cancel_ticket(
    ticket_id: PathId,
    context: Ctx,
    caller: OptionalCaller,
    access: Annotated[str | None, Query(max_length=100)] = None,
) -> TicketView:
    """Cancel a ticket: its price goes back to the buyer and its place to the stock."""
    check_named(caller, access)
    record = await _record(context, ticket_id)
    right = await _right_to_cancel(context, record, caller, access)
    await context.cancelling.cancel_ticket(record.ticket, right)
    return record_view(await _record(context, ticket_id))


@router.post(
    "/{ticket_id}/validate",
    responses=refusals(Forbidden, TicketUnknown, AlreadyUsed, AlreadyCancelled, OtherEvent),
)
async def validate_ticket(ticket_id: PathId, context: Ctx, caller: Caller) -> AdmissionView:
    """Admit a ticket's holder by the ticket's id, once."""
    admitted = await context.admissions.admit(
        AdmissionRequest(
            ticket_id=ticket_id,
            secret=None,
            admitted_by=caller.account_id,
            creator_id=admitting_creator(caller),
        )
    )
    return admission_view(admitted)


async def ticket_of(context: Context, ticket_id: int) -> TicketView:
    """Return a ticket to who has shown to be allowed to see it; raises `TicketNotFound`."""
    return record_view(await _record(context, ticket_id))


def admitting_creator(principal: Principal) -> int | None:
    """Return whose events the caller may admit to: None for all; raises `Forbidden`."""
    if may(principal, Permission.ADMIT_ANYWHERE):
        return None
    if may(principal, Permission.CREATE_EVENTS):
        return principal.account_id
    raise Forbidden


async def _record(context: Context, ticket_id: int) -> TicketRecord:
    async with context.database.reading() as connection:
        record = await reading.ticket(connection, ticket_id)
    if record is None:
        raise TicketNotFound
    return record


async def _readable(
    context: Context,
    ticket_id: int,
    caller: Principal | None,
    access: str | None,
    *,
    holder_only: bool = False,
) -> TicketRecord:
    """Return the ticket, or `TicketNotFound` where the caller may not know of it."""
    check_named(caller, access)
    record = await _record(context, ticket_id)
    is_theirs = _is_holder(record, caller) or may(caller, Permission.LIST_ALL_TICKETS)
    if is_theirs or (not holder_only and _is_creator(record, caller)):
        return record
    if await _opens(context, record, access):
        return record
    raise TicketNotFound


async def _right_to_cancel(
    context: Context, record: TicketRecord, caller: Principal | None, access: str | None
) -> Right:
    """Return by what right the caller cancels; `Forbidden` or `TicketNotFound` where by none."""
    account_id = caller.account_id if caller else None
    if _is_holder(record, caller) or await _opens(context, record, access):
        is_bound = not may(caller, Permission.CANCEL_ANY_TICKET)
        return Right("holder", is_bound=is_bound, account_id=account_id)
    if may(caller, Permission.CANCEL_ANY_TICKET):
        return Right("administrator", is_bound=False, account_id=account_id)
    if _is_creator(record, caller) or may(caller, Permission.ADMIT_ANYWHERE):
        # They may know of the ticket, so that hiding it would only mislead.
        raise Forbidden
    raise TicketNotFound


def _is_holder(record: TicketRecord, caller: Principal | None) -> bool:
    return caller is not None and caller.account_id == record.ticket.account_id


def _is_creator(record: TicketRecord, caller: Principal | None) -> bool:
    return caller is not None and caller.account_id == record.creator_id


async def _opens(context: Context, record: TicketRecord, access: str | None) -> bool:
    """Return whether this is the link that was mailed with the ticket's order."""
    if access is None:
        return False
    return context.links.opens(await context.selling.order(record.ticket.order_id), access)
