"""The provider's webhook. A paid order brings several messages, so this is a hot route too."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from guichet.kernel.clock import now
from guichet.kernel.hot_route import HotAnswer, HotRequest, HotRoute
from guichet.kernel.problems import BadRequest, PayloadTooLarge, Unavailable
from guichet.tickets.context import Context
from guichet.tickets.http_api.deps import PREFIX
from guichet.tickets.payments import WebhookRejected

MESSAGE_BYTES_MAX = 256 * 1024
SIGNATURE_HEADER = "Stripe-Signature"


class ReceivedView(BaseModel):
    """The message is stored; the provider need not send it again."""

    received: bool


def route(context_of: Callable[[], Context]) -> HotRoute:
    """Return the route; `context_of` gives the open resources once the app runs."""

    async def webhook(request: HotRequest[bytes]) -> HotAnswer:
        context = context_of()
        signature = request.headers.get(SIGNATURE_HEADER.lower(), "")
        try:
            event = context.provider.read_webhook(request.body, signature, now())
        except WebhookRejected:
            raise BadRequest from None
        await context.inbox.receive(event)
        return HotAnswer(200, ReceivedView(received=True))

    return HotRoute(
        method="POST",
        path=f"{PREFIX}/payments/webhook",
        summary="Take a message of the payment provider, verified by its signature and age",
        handler=webhook,
        request=dict[str, Any],
        responses={200: ReceivedView},
        problems=(BadRequest, PayloadTooLarge, Unavailable),
        token="none",  # noqa: S106 - a mode, not a secret
        tag="payments",
        headers=(SIGNATURE_HEADER,),
        is_raw=True,
        body_bytes_max=MESSAGE_BYTES_MAX,
    )
