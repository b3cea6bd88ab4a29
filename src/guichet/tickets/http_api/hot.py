"""The routes that an on-sale lives on: hold, purchase, admission. They only translate."""

from collections.abc import Callable
from typing import Any

from email_validator import EmailNotValidError, validate_email

from guichet.kernel.clock import now
from guichet.kernel.hot_route import HotAnswer, HotRequest, HotRoute
from guichet.kernel.problems import Forbidden, Malformed, TooManyRequests, Unavailable
from guichet.kernel.tokens import Principal
from guichet.tickets import problems
from guichet.tickets.admission import AdmissionRequest
from guichet.tickets.codes import read_scan_code
from guichet.tickets.context import Context
from guichet.tickets.domain import Buyer, Line, OrderState
from guichet.tickets.http_api.deps import PREFIX
from guichet.tickets.http_api.shapes import (
    GuestAsked,
    HoldAsked,
    LineAsked,
    PaymentAsked,
    PurchaseAsked,
    ValidateAsked,
)
from guichet.tickets.http_api.tickets import AdmissionView, admission_view, admitting_creator
from guichet.tickets.selling import Bought, Wanted
from guichet.tickets.test_cards import is_cvv, is_expiry, test_method_for_card
from guichet.tickets.views import (
    HoldAnswer,
    PurchaseView,
    hold_view,
    order_view,
    ticket_view,
)

KEY_LENGTH_MAX = 255

ContextOf = Callable[[], Context]


async def purchase(context: Context, request: HotRequest[PurchaseAsked]) -> HotAnswer:
    """Reserve, pay and issue; 202 while the payment is unknown or wants the buyer."""
    asked = request.body
    if (asked.hold_id is None) == (asked.event_id is None):
        raise Malformed(errors={"event_id": ["event_id, hold_id: 1"]})
    if asked.event_id is not None and (asked.items is None) == (asked.quantity is None):
        raise Malformed(errors={"quantity": ["quantity, items: 1"]})
    wanted = Wanted(
        buyer=_buyer(request.principal, asked.guest),
        event_id=asked.event_id,
        quantity=asked.quantity,
        lines=_lines(asked.items),
        hold_id=asked.hold_id,
        payment_method=_method(asked.payment, test_mode=context.provider.test_mode),
        client_address=request.client_address,
        key=_key(request),
    )
    bought = await context.selling.buy(wanted)
    is_done = bought.order.state is not OrderState.PAYING
    return HotAnswer(201 if is_done else 202, await purchase_view(context, bought))


async def hold(context: Context, request: HotRequest[HoldAsked]) -> HotAnswer:
    """Keep places for a while; for whoever knows the hold's id where nobody is named."""
    asked = request.body
    if (asked.items is None) == (asked.quantity is None):
        raise Malformed(errors={"items": ["quantity, items: 1"]})
    wanted = Wanted(
        buyer=_holder(request.principal, asked.guest),
        event_id=asked.event_id,
        quantity=asked.quantity,
        lines=_lines(asked.items),
        client_address=request.client_address,
        key=_key(request),
    )
    kept = await context.selling.hold(wanted)
    card = await context.catalogue.card(kept.event_id)
    return HotAnswer(201, hold_view(kept, card, now()))


async def validate(context: Context, request: HotRequest[ValidateAsked]) -> HotAnswer:
    """Admit the ticket that a scanner read."""
    principal = request.required_principal()
    creator_id = admitting_creator(principal)
    read = read_scan_code(request.body.code)
    if read is None:
        raise problems.TicketUnknown
    ticket_id, secret = read
    admitted = await context.admissions.admit(
        AdmissionRequest(
            ticket_id=ticket_id,
            secret=secret,
            admitted_by=principal.account_id,
            event_id=request.body.event_id,
            place=request.body.place,
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
    return PurchaseView.model_construct(
        order=order_view(bought.order, card, token),
        tickets=[ticket_view(ticket, bought.order.payment, card) for ticket in bought.tickets],
    )


def _buyer(principal: Principal | None, guest: GuestAsked | None) -> Buyer:
    buyer = _holder(principal, guest)
    if not buyer.key:
        raise Malformed(errors={"guest": ["token, guest: 1"]})
    return buyer


def _holder(principal: Principal | None, guest: GuestAsked | None) -> Buyer:
    if principal is not None:
        return Buyer(principal.account_id, principal.name, principal.email, principal.language)
    if guest is None:
        return Buyer(None, "", "", "fr")
    try:
        address = validate_email(guest.email, check_deliverability=False).normalized
    except EmailNotValidError:
        raise Malformed(errors={"guest.email": ["e-mail"]}) from None
    return Buyer(None, " ".join(guest.name.split()), address, guest.language)


def _lines(items: list[LineAsked] | None) -> tuple[Line, ...]:
    return tuple(Line(item.ticket_type_id, item.quantity) for item in items or ())


def _method(payment: PaymentAsked | None, *, test_mode: bool) -> str | None:
    """Return the provider's payment method; a test card is turned into one and forgotten."""
    if payment is None:
        return None
    if payment.card_number is None:
        return payment.method
    method = test_method_for_card(str(payment.card_number)) if test_mode else None
    if method is None:
        raise problems.CardNotAccepted
    errors: dict[str, list[str]] = {}
    if not is_expiry(payment.expiry or ""):
        errors["payment.expiry"] = ["MM/YY"]
    if not is_cvv(str(payment.cvv or "")):
        errors["payment.cvv"] = ["123"]
    if errors:
        raise Malformed(errors=errors)
    return method


def _key(request: HotRequest[Any]) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= KEY_LENGTH_MAX:
        raise Malformed(errors={"Idempotency-Key": [f"1–{KEY_LENGTH_MAX}"]})
    return key


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
    Unavailable,
)


def routes(context_of: ContextOf) -> list[HotRoute]:
    """Return the hot routes; `context_of` gives the open resources once the app runs."""

    async def serve_purchase(request: HotRequest[PurchaseAsked]) -> HotAnswer:
        return await purchase(context_of(), request)

    async def serve_hold(request: HotRequest[HoldAsked]) -> HotAnswer:
        return await hold(context_of(), request)

    async def serve_validate(request: HotRequest[ValidateAsked]) -> HotAnswer:
        return await validate(context_of(), request)

    return [
        HotRoute(
            method="POST",
            path=f"{PREFIX}/purchase",
            summary="Buy tickets: reserve, pay and issue in one call",
            handler=serve_purchase,
            request=PurchaseAsked,
            responses={201: PurchaseView, 202: PurchaseView},
            problems=(
                *_PLACES,
                problems.PaymentDeclined,
                problems.InsufficientFunds,
                problems.CardNotAccepted,
                problems.PaymentMissing,
                problems.HoldGone,
            ),
            token="optional",  # noqa: S106 - a mode, not a secret
            tag="purchase",
            headers=("Idempotency-Key",),
        ),
        HotRoute(
            method="POST",
            path=f"{PREFIX}/holds",
            summary="Keep places for a while",
            handler=serve_hold,
            request=HoldAsked,
            responses={201: HoldAnswer},
            problems=(*_PLACES, problems.TooManyHolds, TooManyRequests),
            token="optional",  # noqa: S106 - a mode, not a secret
            tag="purchase",
            headers=("Idempotency-Key",),
        ),
        HotRoute(
            method="POST",
            path=f"{PREFIX}/validate",
            summary="Admit the holder of a scanned ticket",
            handler=serve_validate,
            request=ValidateAsked,
            responses={200: AdmissionView},
            problems=(
                Forbidden,
                problems.TicketUnknown,
                problems.AlreadyUsed,
                problems.AlreadyCancelled,
                problems.OtherEvent,
            ),
            tag="door",
        ),
    ]
