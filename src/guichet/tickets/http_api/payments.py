"""The payment provider: what a browser needs to pay, and the provider's webhook."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel

from guichet.kernel.callers import OptionalCaller
from guichet.kernel.clock import now
from guichet.kernel.problems import BadRequest
from guichet.tickets import webhooks
from guichet.tickets.codes import order_id_of
from guichet.tickets.http_api.deps import PREFIX, Ctx, check_named, refusals
from guichet.tickets.http_api.order_access import check_may_read
from guichet.tickets.payments import WebhookRejected
from guichet.tickets.problems import OrderNotFound
from guichet.tickets.settings import PaymentMode

WEBHOOK_BYTES_MAX = 256 * 1024

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
    bought = await context.selling.read(order_id)
    check_may_read(bought.order, caller, access, context.links)
    return CheckedView(
        checking=await webhooks.look_again(context.database, bought.order, context.purchase)
    )


@router.post("/payments/webhook", responses=refusals(BadRequest))
async def webhook(
    request: Request,
    context: Ctx,
    stripe_signature: Annotated[str, Header(max_length=1000)] = "",
) -> dict[str, bool]:
    """Take a message of the payment provider, verified by its signature and age."""
    payload = await request.body()
    if len(payload) > WEBHOOK_BYTES_MAX:
        raise BadRequest
    try:
        event = context.provider.read_webhook(payload, stripe_signature, now())
    except WebhookRejected:
        raise BadRequest from None
    await webhooks.receive(context.database, event, context.inbox)
    return {"received": True}
