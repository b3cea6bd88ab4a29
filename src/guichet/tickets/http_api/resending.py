"""Sending an order's tickets again."""

from typing import Annotated

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel

from guichet.kernel.callers import OptionalCaller
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.language import language_of
from guichet.kernel.problems import Unauthenticated
from guichet.tickets.http_api.deps import PREFIX, Ctx
from guichet.tickets.http_api.order_access import readable_order
from guichet.tickets.problems import NothingToSend, OrderNotFound, SentTooOften
from guichet.tickets.resending import resend

router = APIRouter(prefix=PREFIX, tags=["orders"])


class Resent(BaseModel):
    """The tickets are on their way again, to the address they were bought under."""

    order_code: str
    message: str


@router.post(
    "/orders/{code}/resend",
    status_code=202,
    summary="Mail the tickets again",
    responses={**problem_responses([Unauthenticated, OrderNotFound, NothingToSend, SentTooOften])},
)
async def resend_order(
    code: str,
    context: Ctx,
    caller: OptionalCaller,
    access: Annotated[str | None, Query(max_length=100)] = None,
    accept_language: Annotated[str | None, Header()] = None,
) -> Resent:
    """For the buyer, who has the link, the event's creator and administrators; thrice an hour."""
    order_id = (await readable_order(context, code, caller, access)).order_id
    await resend(context.database, context.links, order_id, caller.account_id if caller else None)
    french = language_of(accept_language) == "fr"
    message = "Les billets viennent de repartir par e-mail."
    return Resent(
        order_code=code, message=message if french else "The tickets are on their way again."
    )
