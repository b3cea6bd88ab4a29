"""The payment provider: what a browser needs to pay, and to have it asked again."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from guichet.kernel.callers import OptionalCaller
from guichet.tickets.codes import order_id_of
from guichet.tickets.http_api.deps import PREFIX, Ctx, check_named, refusals
from guichet.tickets.http_api.order_access import check_may_read
from guichet.tickets.looking_again import look_again
from guichet.tickets.problems import OrderNotFound
from guichet.tickets.settings import PaymentMode

router = APIRouter(prefix=PREFIX, tags=["payments"])


class PaymentConfigView(BaseModel):
    """What the web app needs to take a payment in the browser.

    `publishable_key` is null where payments in the browser are not set up. `browser_url` is where
    the sandbox takes the place of the provider's own address, null in the other modes.
    """

    provider: str
    mode: PaymentMode
    publishable_key: str | None
    browser_url: str | None


class CheckedView(BaseModel):
    """The provider is being asked about the order; its page shows what came of it."""

    checking: bool


@router.get("/payments/config")
async def config(context: Ctx) -> PaymentConfigView:
    """Return how a browser pays here; public."""
    settings = context.settings
    mode = settings.payment_mode
    browser_url = (settings.sandbox_public_url or settings.stripe_api_url).rstrip("/")
    return PaymentConfigView(
        provider="stripe",
        mode=mode,
        publishable_key=settings.stripe_publishable_key or None,
        browser_url=browser_url if mode == "sandbox" else None,
    )


@router.post("/orders/{code}/payment/check", status_code=202, responses=refusals(OrderNotFound))
async def check_payment(
    code: str,
    context: Ctx,
    caller: OptionalCaller,
    access: Annotated[str | None, Query(max_length=100)] = None,
) -> CheckedView:
    """Ask the provider now about an order that waits: the buyer says to have paid."""
    check_named(caller, access)
    order_id = order_id_of(code)
    if order_id is None:
        raise OrderNotFound
    order = await context.selling.order(order_id)
    check_may_read(order, caller, access, context.links)
    return CheckedView(checking=await look_again(context.database, order, context.purchase))
