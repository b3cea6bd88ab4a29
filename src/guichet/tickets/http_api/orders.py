"""Orders and holds: reading them, links by mail."""

from typing import Annotated

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, EmailStr

from guichet.contracts.roles import Permission, may
from guichet.kernel.callers import OptionalCaller
from guichet.kernel.clock import now
from guichet.kernel.language import language_of
from guichet.kernel.tokens import Principal
from guichet.tickets.codes import order_id_of
from guichet.tickets.domain import Order
from guichet.tickets.http_api.deps import PREFIX, Ctx, PathId, check_named
from guichet.tickets.links import OrderLinks
from guichet.tickets.people import request_access_links
from guichet.tickets.problems import OrderNotFound
from guichet.tickets.repository import reading
from guichet.tickets.repository.refund_states import refunds_of_order
from guichet.tickets.views import (
    HoldAnswer,
    PurchaseView,
    hold_view,
    order_view,
    ticket_view,
)

router = APIRouter(prefix=PREFIX, tags=["orders"])


class AccessLinkAsked(BaseModel):
    """Whose orders the links are wanted for."""

    email: EmailStr


class Done(BaseModel):
    """Said the same way whether or not there was anything to do."""

    message: str


@router.get("/orders/{code}")
async def order(
    code: str,
    context: Ctx,
    caller: OptionalCaller,
    access: Annotated[str | None, Query(max_length=100)] = None,
) -> PurchaseView:
    """Return an order with its tickets: to its buyer, an administrator, or whoever has the link."""
    check_named(caller, access)
    order_id = order_id_of(code)
    if order_id is None:
        raise OrderNotFound
    bought = await context.selling.read(order_id)
    check_may_read(bought.order, caller, access, context.links)
    async with context.database.reading() as connection:
        records = await reading.tickets_of_order(connection, order_id)
        refunds = await refunds_of_order(connection, order_id)
    card = await context.catalogue.card(bought.order.event_id)
    return PurchaseView(
        order=order_view(bought.order, card, refunds=refunds),
        tickets=[
            ticket_view(item.ticket, item.payment, item.card, refund_status=item.refund_status)
            for item in records
        ],
    )


def check_may_read(
    order: Order, caller: Principal | None, access: str | None, links: OrderLinks
) -> None:
    """Raise `OrderNotFound` where the caller may not know of this order."""
    is_own = caller is not None and caller.account_id == order.buyer.account_id
    if is_own or may(caller, Permission.LIST_ALL_TICKETS) or links.opens(order, access):
        return
    raise OrderNotFound


@router.post("/orders/access-link", status_code=202)
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


@router.get("/holds/{hold_id}")
async def read_hold(hold_id: PathId, context: Ctx, caller: OptionalCaller) -> HoldAnswer:
    """Return a hold and how long it lasts."""
    found = await context.holding.read(hold_id, caller.account_id if caller else None)
    return hold_view(found, await context.catalogue.card(found.event_id), now())


@router.delete("/holds/{hold_id}")
async def release_hold(hold_id: PathId, context: Ctx, caller: OptionalCaller) -> HoldAnswer:
    """Give the places of a hold back."""
    ended = await context.holding.release(hold_id, caller.account_id if caller else None)
    return hold_view(ended, await context.catalogue.card(ended.event_id), now())


@router.post("/holds/{hold_id}/extend")
async def extend_hold(hold_id: PathId, context: Ctx, caller: OptionalCaller) -> HoldAnswer:
    """Give a hold its whole time anew, once."""
    extended = await context.holding.extend(hold_id, caller.account_id if caller else None)
    return hold_view(extended, await context.catalogue.card(extended.event_id), now())
