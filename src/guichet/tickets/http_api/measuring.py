"""A route that does nothing but what every purchase has to: what purchases are measured against."""

from pydantic import BaseModel

from guichet.kernel.hot_route import HotAnswer, HotRequest, HotRoute
from guichet.tickets.http_api.deps import PREFIX
from guichet.tickets.http_api.shapes import PurchaseAsked


class NothingDone(BaseModel):
    """The answer: the quantity that was asked for."""

    quantity: int


async def no_op(request: HotRequest[PurchaseAsked]) -> HotAnswer:
    """Answer 201 once the body and the token have been checked, and store nothing."""
    request.required_principal()
    return HotAnswer(201, NothingDone(quantity=request.body.quantity or 0))


def routes() -> list[HotRoute]:
    """Return the route, served only where the settings ask for it."""
    return [
        HotRoute(
            method="POST",
            path=f"{PREFIX}/no-op",
            summary="Check a purchase's body and token, and do nothing",
            handler=no_op,
            request=PurchaseAsked,
            responses={201: NothingDone},
            problems=(),
        )
    ]
