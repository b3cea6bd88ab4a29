"""Routes for the other services alone; `contracts/clients/tickets.py` is their other half."""

from typing import Any

from fastapi import APIRouter, Response

from guichet.contracts.clients.tickets import EventSales
from guichet.contracts.messages.events import EventSnapshot
from guichet.contracts.messages.tickets import StockLevel
from guichet.kernel.callers import CallingService
from guichet.tickets.codes import order_id_of
from guichet.tickets.documents import TicketToPrint, tickets_pdf
from guichet.tickets.domain import TicketStatus
from guichet.tickets.http_api.deps import PREFIX, Ctx, PathId, content
from guichet.tickets.people import export_person
from guichet.tickets.problems import OrderNotFound
from guichet.tickets.repository import reading, sales

router = APIRouter(prefix=f"{PREFIX}/internal", tags=["internal"])


@router.put("/events/{event_id}/offer")
async def offer(
    event_id: PathId, snapshot: EventSnapshot, context: Ctx, _service: CallingService
) -> list[StockLevel]:
    """Apply an offer before events commits it, or refuse a capacity below what is promised."""
    return await context.catalogue.accept(snapshot.model_copy(update={"event_id": event_id}))


@router.get("/events/{event_id}/sales")
async def event_sales(event_id: PathId, context: Ctx, _service: CallingService) -> EventSales:
    """Return an event's figures, all of one moment, counted from the source."""
    async with context.database.hot_snapshot() as connection:
        return await sales.event_sales(connection, event_id)


@router.get(
    "/orders/{code}/tickets.pdf", response_class=Response, responses=content("application/pdf")
)
async def order_pdf(code: str, context: Ctx, _service: CallingService) -> Response:
    """Return the PDF of an order's live tickets, in the buyer's language."""
    order_id = order_id_of(code)
    if order_id is None:
        raise OrderNotFound
    order = await context.selling.order(order_id)
    async with context.database.reading() as connection:
        records = await reading.tickets_of_order(connection, order_id)
    live = [r for r in records if r.ticket.status is not TicketStatus.CANCELLED]
    if not live:
        raise OrderNotFound
    pages = await tickets_pdf(
        [TicketToPrint(r.ticket, r.card, order.buyer.name) for r in live], order.buyer.language
    )
    return Response(pages, media_type="application/pdf")


@router.get("/accounts/{account_id}/export")
async def export(account_id: PathId, context: Ctx, _service: CallingService) -> dict[str, Any]:
    """Return all that tickets holds of a person, as of one moment."""
    async with context.database.snapshot() as connection:
        return await export_person(connection, account_id)
