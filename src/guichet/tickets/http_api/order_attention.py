"""Orders that wait for a person: an administrator notes that one is dealt with."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from guichet.contracts.roles import Permission, require
from guichet.kernel.callers import Caller
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.problems import Forbidden, Unauthenticated
from guichet.kernel.validation import Line
from guichet.tickets.codes import order_code, order_id_of
from guichet.tickets.http_api.deps import PREFIX, Ctx
from guichet.tickets.order_attention import resolve_attention
from guichet.tickets.problems import OrderNotFound
from guichet.tickets.refund_problems import NothingToResolve, RefundStillOwed, StillUnderWay

_PROBLEMS = [
    Unauthenticated,
    Forbidden,
    OrderNotFound,
    NothingToResolve,
    StillUnderWay,
    RefundStillOwed,
]

router = APIRouter(prefix=PREFIX, tags=["orders"], responses={**problem_responses(_PROBLEMS)})


class AttentionResolved(BaseModel):
    """What a person has done about an order; it goes into the audit log."""

    note: Annotated[Line, Field(min_length=1, max_length=1000)]


class AttentionView(BaseModel):
    """An order that waits for nobody any more; `resolved_reason` is the code of why it did."""

    order_code: str
    needs_attention: bool
    resolved_reason: str | None


@router.post("/orders/{code}/attention/resolve")
async def resolve(
    code: str, asked: AttentionResolved, context: Ctx, caller: Caller
) -> AttentionView:
    """Take an order off the list of those that wait for a person: for administrators."""
    require(caller, Permission.RECONCILE)
    order_id = order_id_of(code)
    if order_id is None:
        raise OrderNotFound
    reason = await resolve_attention(context.database, order_id, asked.note)
    return AttentionView.model_construct(
        order_code=order_code(order_id), needs_attention=False, resolved_reason=reason
    )
