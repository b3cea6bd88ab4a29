"""The routes that an on-sale lives on: holds, purchase, admission. They only translate."""

from collections.abc import Callable

from guichet.kernel.answers import made
from guichet.kernel.clock import now
from guichet.kernel.hot_route import HotAnswer, HotRequest, HotRoute
from guichet.kernel.problems import Forbidden, Malformed, TooManyRequests, Unavailable
from guichet.tickets import problems, promo_problems
from guichet.tickets.admission import AdmissionRequest
from guichet.tickets.codes import read_scan_code
from guichet.tickets.context import Context
from guichet.tickets.domain import OrderState
from guichet.tickets.http_api.asked import (
    buyer_of,
    check_one_event_or_hold,
    check_quantity_or_items,
    code_of,
    holder_of,
    key_of,
    lines_of,
    method_of,
    place_of,
)
from guichet.tickets.http_api.deps import PREFIX
from guichet.tickets.http_api.shapes import HoldAsked, PurchaseAsked, ValidateAsked
from guichet.tickets.http_api.tickets import AdmissionView, admission_view, admitting_creator
from guichet.tickets.selling import Bought, Wanted
from guichet.tickets.views import (
    HoldAnswer,
    PurchaseView,
    hold_view,
    order_view,
    ticket_view,
)

ContextOf = Callable[[], Context]


async def purchase(context: Context, request: HotRequest[PurchaseAsked]) -> HotAnswer:
    """Reserve, pay and issue; 202 while the payment is unknown or wants the buyer."""
    asked = request.body
    check_one_event_or_hold(asked)
    if asked.event_id is not None:
        check_quantity_or_items(asked)
    wanted = Wanted(
        buyer=buyer_of(request.principal, asked.guest),
        event_id=asked.event_id,
        quantity=asked.quantity,
        lines=lines_of(asked.items),
        hold_id=asked.hold_id,
        payment_method=method_of(asked.payment, test_mode=context.provider.test_mode),
        client_address=request.client_address,
        key=key_of(request.headers),
        promo_code=code_of(asked.promo_code),
    )
    bought = await context.selling.buy(wanted)
    is_done = bought.order.state is not OrderState.PAYING
    return HotAnswer(201 if is_done else 202, await purchase_view(context, bought))


async def hold(context: Context, request: HotRequest[HoldAsked]) -> HotAnswer:
    """Keep places for a while; for whoever knows the hold's id where nobody is named."""
    asked = request.body
    check_quantity_or_items(asked)
    wanted = Wanted(
        buyer=holder_of(request.principal, asked.guest),
        event_id=asked.event_id,
        quantity=asked.quantity,
        lines=lines_of(asked.items),
        client_address=request.client_address,
        key=key_of(request.headers),
        promo_code=code_of(asked.promo_code),
    )
    kept = await context.selling.hold(wanted)
    card = await context.catalogue.card(kept.event_id)
    return HotAnswer(201, hold_view(kept, card, now()))


async def release_hold(context: Context, request: HotRequest[bytes]) -> HotAnswer:
    """Give the places of a hold back."""
    account_id = request.principal.account_id if request.principal else None
    ended = await context.holding.release(request.path_id, account_id)
    card = await context.catalogue.card(ended.event_id)
    return HotAnswer(200, hold_view(ended, card, now()))


async def validate(context: Context, request: HotRequest[ValidateAsked]) -> HotAnswer:
    """Admit the ticket that a scanner read."""
    principal = request.required_principal()
    creator_id = admitting_creator(principal)
    read = read_scan_code(request.body.code)
    if read is None:
        raise problems.TicketUnknown
    ticket_id, secret = read
    if secret is None and not request.body.typed:
        # Numbers can be worked out; only the secret shows that the QR code is the ticket's own.
        raise problems.SecretMissing
    admitted = await context.admissions.admit(
        AdmissionRequest(
            ticket_id=ticket_id,
            secret=secret,
            admitted_by=principal.account_id,
            event_id=request.body.event_id,
            place=place_of(request.body.place),
            creator_id=creator_id,
        )
    )
    return HotAnswer(200, admission_view(admitted))


async def purchase_view(context: Context, bought: Bought) -> PurchaseView:
    """Return a purchase as its buyer sees it; a guest is told how to come back to it."""
    card = await context.catalogue.card(bought.order.event_id)
    token = None
    if bought.order.buyer.account_id is None:
        token = context.links.token(bought.order.order_id, bought.order.access_version)
    return made(
        PurchaseView,
        order=order_view(bought.order, card, token),
        tickets=[ticket_view(ticket, bought.order.payment, card) for ticket in bought.tickets],
    )


_PLACES = (
    Malformed,
    problems.EventNotFound,
    problems.EventCancelled,
    problems.EventOver,
    problems.TicketTypeNotFound,
    problems.NotOnSaleYet,
    problems.SaleClosed,
    problems.SoldOut,
    problems.PerOrderLimit,
    problems.PerAccountLimit,
    problems.KeyReused,
    promo_problems.PromoCodeUnknown,
    promo_problems.PromoCodeNotYetValid,
    promo_problems.PromoCodeExpired,
    promo_problems.PromoCodeUsedUp,
    promo_problems.PromoCodeNotApplicable,
    promo_problems.TooManyWrongCodes,
    TooManyRequests,
    Unavailable,
)


def routes(context_of: ContextOf) -> list[HotRoute]:
    """Return the hot routes; `context_of` gives the open resources once the app runs."""
    return [_buying(context_of), *_holding(context_of), _admitting(context_of)]


def _buying(context_of: ContextOf) -> HotRoute:
    async def serve_purchase(request: HotRequest[PurchaseAsked]) -> HotAnswer:
        return await purchase(context_of(), request)

    return HotRoute(
        method="POST",
        path=f"{PREFIX}/purchase",
        summary="Buy tickets: reserve, pay and issue in one call",
        handler=serve_purchase,
        request=PurchaseAsked,
        responses={201: PurchaseView, 202: PurchaseView},
        problems=(
            *_PLACES,
            problems.BuyerUnknown,
            problems.PaymentDeclined,
            problems.InsufficientFunds,
            problems.AmountTooSmall,
            problems.CardNotAccepted,
            problems.PaymentMissing,
            problems.HoldGone,
            problems.StillRunning,
            problems.EventCancelledAfterPayment,
        ),
        token="optional",  # noqa: S106 - a mode, not a secret
        tag="purchase",
        headers=("Idempotency-Key", "X-Event-Id"),
    )


def _holding(context_of: ContextOf) -> list[HotRoute]:
    async def serve_hold(request: HotRequest[HoldAsked]) -> HotAnswer:
        return await hold(context_of(), request)

    async def serve_release(request: HotRequest[bytes]) -> HotAnswer:
        return await release_hold(context_of(), request)

    return [
        HotRoute(
            method="POST",
            path=f"{PREFIX}/holds",
            summary="Keep places for a while",
            handler=serve_hold,
            request=HoldAsked,
            responses={201: HoldAnswer},
            problems=(*_PLACES, problems.TooManyHolds),
            token="optional",  # noqa: S106 - a mode, not a secret
            tag="purchase",
            headers=("Idempotency-Key", "X-Event-Id"),
        ),
        HotRoute(
            method="DELETE",
            path=f"{PREFIX}/holds/{{hold_id}}",
            summary="Give the places of a hold back",
            handler=serve_release,
            request=None,
            responses={200: HoldAnswer},
            problems=(Malformed, problems.HoldGone, Unavailable),
            token="optional",  # noqa: S106 - a mode, not a secret
            tag="purchase",
        ),
    ]


def _admitting(context_of: ContextOf) -> HotRoute:
    async def serve_validate(request: HotRequest[ValidateAsked]) -> HotAnswer:
        return await validate(context_of(), request)

    return HotRoute(
        method="POST",
        path=f"{PREFIX}/validate",
        summary="Admit the holder of a scanned ticket",
        handler=serve_validate,
        request=ValidateAsked,
        responses={200: AdmissionView},
        problems=(
            Forbidden,
            problems.SecretMissing,
            problems.TicketUnknown,
            problems.AlreadyUsed,
            problems.AlreadyCancelled,
            problems.OtherEvent,
        ),
        tag="door",
    )
