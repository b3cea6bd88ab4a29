"""Orders and holds: reading them, links by mail."""

from typing import Annotated

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, EmailStr

from guichet.kernel.callers import OptionalCaller
from guichet.kernel.clock import now
from guichet.kernel.language import language_of
from guichet.kernel.problems import TooManyRequests
from guichet.tickets.http_api.deps import PREFIX, Ctx, PathId, refusals
from guichet.tickets.http_api.order_access import opens_as_buyer, readable_order
from guichet.tickets.http_api.tickets import record_view
from guichet.tickets.people import request_access_links
from guichet.tickets.problems import HoldGone, OrderNotFound
from guichet.tickets.repository import reading
from guichet.tickets.repository.refund_states import refunds_of_order
from guichet.tickets.views import (
    HoldAnswer,
    PurchaseView,
    hold_view,
    order_view,
)

router = APIRouter(prefix=PREFIX, tags=["orders"])


class AccessLinkAsked(BaseModel):
    """Whose orders the links are wanted for."""

    email: EmailStr


class Done(BaseModel):
    """Said the same way whether or not there was anything to do."""

    message: str


@router.get("/orders/{code}", responses=refusals(OrderNotFound))
async def order(
    code: str,
    context: Ctx,
    caller: OptionalCaller,
    access: Annotated[str | None, Query(max_length=100)] = None,
) -> PurchaseView:
    """Return an order with its tickets.

    To its buyer, the event's organiser, an administrator, or whoever has the link. What the
    provider still wants of the buyer is not for the organiser.
    """
    order_id = (await readable_order(context, code, caller, access)).order_id
    async with context.database.snapshot() as connection:
        found = await reading.order(connection, order_id)
        records = await reading.tickets_of_order(connection, order_id)
        refunds = await refunds_of_order(connection, order_id)
    card = await context.catalogue.card(found.event_id)
    shown = order_view(found, card, refunds=refunds)
    if not opens_as_buyer(found, caller, access, context.links):
        shown.next_action = None
    return PurchaseView(
        order=shown,
        tickets=[record_view(item) for item in records],
    )


@router.post("/orders/access-link", status_code=202, responses=refusals(TooManyRequests))
async def access_link(
    asked: AccessLinkAsked,
    context: Ctx,
    accept_language: Annotated[str | None, Header()] = None,
) -> Done:
    """Mail the links to a guest's orders to its address, if there are any; never says which."""
    language = language_of(accept_language)
    await request_access_links(context.database, asked.email, language, context.links)
    french = "Si des commandes existent pour cette adresse, un e-mail vient de partir."
    english = "If there are orders for this address, an e-mail is on its way."
    return Done(message=french if language == "fr" else english)


@router.get("/holds/{hold_id}", responses=refusals(HoldGone))
async def read_hold(hold_id: PathId, context: Ctx, caller: OptionalCaller) -> HoldAnswer:
    """Return a hold and how long it lasts."""
    found = await context.holding.read(hold_id, caller.account_id if caller else None)
    return hold_view(found, await context.catalogue.card(found.event_id), now())


@router.post("/holds/{hold_id}/extend", responses=refusals(HoldGone))
async def extend_hold(hold_id: PathId, context: Ctx, caller: OptionalCaller) -> HoldAnswer:
    """Give a hold its whole time anew, once."""
    extended = await context.holding.extend(hold_id, caller.account_id if caller else None)
    return hold_view(extended, await context.catalogue.card(extended.event_id), now())
