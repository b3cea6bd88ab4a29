"""The orders that staff look through."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel

from guichet.contracts.money import Amount
from guichet.kernel.callers import Caller
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.language import language_of
from guichet.kernel.paging import Page, Paging, page_of
from guichet.kernel.problems import Forbidden, Language, Unauthenticated
from guichet.kernel.validation import Line
from guichet.tickets import order_list as use_cases
from guichet.tickets.attention import sentence_of
from guichet.tickets.codes import order_code
from guichet.tickets.domain import OrderState
from guichet.tickets.http_api.deps import PREFIX, Ctx, QueryId
from guichet.tickets.repository.order_list import ListedOrder, OrdersWanted
from guichet.tickets.views import AWAITING_PAYMENT, ORDER_STATUS

router = APIRouter(
    prefix=PREFIX, tags=["orders"], responses={**problem_responses([Unauthenticated, Forbidden])}
)

Status = Literal["pending", "awaiting_payment", "confirmed", "failed", "refunded", "cancelled"]
_STATES = {status: state for state, status in ORDER_STATUS.items()}


class ListedEventView(BaseModel):
    """The event of an order in the list."""

    id: int
    title: str
    date: datetime


class ListedOrderView(BaseModel):
    """An order in the list: `total` is its price, `refunded` what has gone back of it so far.

    `attention_reason` is the stable code of why somebody has to look at it, `attention` the
    sentence; both are null where nobody has to.
    """

    id: int
    code: str
    event: ListedEventView
    buyer_name: str
    buyer_email: str
    status: Status
    total: Amount
    refunded: Amount
    currency: str
    quantity: int
    created_at: datetime
    needs_attention: bool
    attention_reason: str | None
    attention: str | None


async def _wanted(
    event_id: QueryId | None = None,
    q: Annotated[
        Line | None, Query(max_length=200, description="An order, a part of name or e-mail.")
    ] = None,
    status: Status | None = None,
    needs_attention: bool | None = None,
) -> OrdersWanted:
    waits = status == AWAITING_PAYMENT
    state = OrderState.PAYING if waits else _STATES.get(status or "")
    return OrdersWanted(
        event_id=event_id,
        state=state,
        waits_for_buyer=waits if state is OrderState.PAYING else None,
        needs_attention=needs_attention,
        text=q or None,
    )


@router.get("/orders", summary="Orders to look through")
async def list_orders(
    context: Ctx,
    caller: Caller,
    wanted: Annotated[OrdersWanted, Depends(_wanted)],
    paging: Paging,
    response: Response,
    accept_language: Annotated[str | None, Header()] = None,
) -> Page[ListedOrderView]:
    """List orders, newest first: all for an administrator, of own events for an organiser."""
    found, total = await use_cases.list_orders(context.database, caller, wanted, paging)
    response.headers["Cache-Control"] = "no-store"
    language = language_of(accept_language)
    return page_of([_view(each, language) for each in found], total, paging)


def _view(order: ListedOrder, language: Language) -> ListedOrderView:
    waits = order.waits_for_buyer and order.state is OrderState.PAYING
    return ListedOrderView.model_construct(
        id=order.order_id,
        code=order_code(order.order_id),
        event=ListedEventView.model_construct(
            id=order.event_id, title=order.title, date=order.starts_at
        ),
        buyer_name=order.buyer_name,
        buyer_email=order.buyer_email,
        status=AWAITING_PAYMENT if waits else ORDER_STATUS[order.state],
        total=order.total_minor,
        refunded=order.refunded_minor,
        currency=order.currency,
        quantity=order.quantity,
        created_at=order.created_at,
        needs_attention=order.needs_attention,
        attention_reason=order.attention_reason,
        attention=sentence_of(order.needs_attention, order.attention_reason, language),
    )
