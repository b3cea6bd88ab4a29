"""Refunds that the bank returned: tried again, or paid by other means."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from guichet.kernel.callers import Caller
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.problems import Forbidden, Unauthenticated
from guichet.kernel.tokens import Principal
from guichet.kernel.validation import Line
from guichet.tickets.codes import order_code
from guichet.tickets.context import Context
from guichet.tickets.domain import Order
from guichet.tickets.giving_back import Right
from guichet.tickets.http_api.deps import PREFIX, Ctx, PathId
from guichet.tickets.http_api.refunds import order_and_right, refund_key
from guichet.tickets.problems import KeyReused, OrderNotFound
from guichet.tickets.refund_problems import RefundNotFound, RefundNotReturned
from guichet.tickets.refund_views import RefundStateView, refund_state_view
from guichet.tickets.repository.refund_states import refunds_of_order

_PROBLEMS = [Unauthenticated, Forbidden, OrderNotFound, RefundNotFound, RefundNotReturned]

router = APIRouter(prefix=PREFIX, tags=["refunds"], responses={**problem_responses(_PROBLEMS)})


class PaidOtherwise(BaseModel):
    """By what other means a returned refund was paid; it goes into the audit log."""

    reason: Annotated[Line, Field(min_length=1, max_length=500)]


class OrderRefundsView(BaseModel):
    """All refunds of an order, oldest first."""

    order_code: str
    refunds: list[RefundStateView]


@router.post(
    "/orders/{code}/refunds/{refund_id}/retry", responses={**problem_responses([KeyReused])}
)
async def retry(
    code: str, refund_id: PathId, request: Request, context: Ctx, caller: Caller
) -> OrderRefundsView:
    """Ask the provider anew for a refund that the bank returned; needs an `Idempotency-Key`.

    For administrators and the event's organiser. Another refund takes its place.
    """
    order, right = await _over_refunds(context, code, caller)
    content = ["retry", order.order_id, refund_id]
    key = refund_key(request.headers, caller, order, content)
    await context.returned_refunds.retry(order.order_id, refund_id, right, key)
    return await _shown(context, order)


@router.post("/orders/{code}/refunds/{refund_id}/settle")
async def settle(
    code: str, refund_id: PathId, asked: PaidOtherwise, context: Ctx, caller: Caller
) -> OrderRefundsView:
    """Note that a refund was paid by other means: returned by the bank, or refused all along.

    For administrators and the event's organiser.
    """
    order, right = await _over_refunds(context, code, caller)
    await context.returned_refunds.settle(order.order_id, refund_id, right, asked.reason)
    return await _shown(context, order)


async def _over_refunds(context: Context, code: str, caller: Principal) -> tuple[Order, Right]:
    order, right = await order_and_right(context, code, caller, None)
    if right.is_bound:
        raise Forbidden
    return order, right


async def _shown(context: Context, order: Order) -> OrderRefundsView:
    async with context.database.reading() as connection:
        refunds = await refunds_of_order(connection, order.order_id)
    return OrderRefundsView.model_construct(
        order_code=order_code(order.order_id),
        refunds=[refund_state_view(refund) for refund in refunds],
    )
