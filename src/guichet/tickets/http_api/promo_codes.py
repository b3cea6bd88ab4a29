"""Promo codes: an organiser keeps them, and whoever knows one is shown what it is good for."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from guichet.contracts.money import Amount
from guichet.contracts.percent_field import Percent
from guichet.contracts.prices import Discount
from guichet.kernel.callers import Caller
from guichet.kernel.clock import now
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.problems import Forbidden, Malformed, Sentence, Unauthenticated
from guichet.kernel.validation import Line, Moment
from guichet.tickets.deciding import price_of
from guichet.tickets.http_api.deps import ID_MAX, PREFIX, Ctx, PathId
from guichet.tickets.problems import (
    EventCancelled,
    EventNotFound,
    EventOver,
    TicketTypeNotFound,
)
from guichet.tickets.promo_codes import CODE_LENGTH_MAX, PromoCode
from guichet.tickets.promo_problems import (
    PromoCodeExists,
    PromoCodeExpired,
    PromoCodeNotApplicable,
    PromoCodeNotYetValid,
    PromoCodeUnknown,
    PromoCodeUsedUp,
    PromoLimitBelowUses,
    TooManyWrongCodes,
)
from guichet.tickets.promoting import Opened

USES_MAX = 1_000_000
TYPES_MAX = 100
PERCENT_OR_AMOUNT = Sentence(
    "Indiquez soit percent, soit amount, ou révélez des billets cachés.",
    "Give either percent or amount, or reveal hidden tickets.",
)
ENDS_BEFORE_BEGIN = Sentence(
    "La fin doit venir après le début.", "The end must come after the beginning."
)

router = APIRouter(
    prefix=f"{PREFIX}/events/{{event_id}}",
    tags=["promo codes"],
    responses={**problem_responses([EventNotFound])},
)
_OWN = problem_responses([Unauthenticated, Forbidden, PromoCodeUnknown])

Code = Annotated[str, Field(min_length=2, max_length=CODE_LENGTH_MAX, pattern=r"^[\w.+-]+$")]
TypeIds = Annotated[
    list[Annotated[int, Field(ge=1, le=ID_MAX)]], Field(min_length=1, max_length=TYPES_MAX)
]
Uses = Annotated[int, Field(ge=1, le=USES_MAX)]


class PromoTermsAsked(BaseModel):
    """A code's terms: `percent` or `amount` off each ticket; null limits nothing."""

    model_config = ConfigDict(extra="forbid")

    percent: Percent = 0
    amount: Amount = 0
    max_uses: Uses | None = None
    valid_from: Moment | None = None
    valid_until: Moment | None = None
    ticket_type_ids: TypeIds | None = None
    reveals_hidden: bool = False


class PromoCodeAsked(PromoTermsAsked):
    """A new code; neither case nor spaces around it matter when it is used."""

    code: Code


class PromoCodeView(BaseModel):
    """A code as its organiser sees it; `uses` counts its orders and the holds that last."""

    id: int
    event_id: int
    code: str
    percent: Percent
    amount: Amount
    max_uses: int | None
    uses: int
    valid_from: datetime | None
    valid_until: datetime | None
    ticket_type_ids: list[int] | None
    reveals_hidden: bool
    created_at: datetime


class CodeAsked(BaseModel):
    """The code that somebody has."""

    code: Annotated[Line, Field(min_length=1, max_length=CODE_LENGTH_MAX)]


class RevealedType(BaseModel):
    """A hidden ticket type; `total` is what a buyer pays for one with the code."""

    ticket_type_id: int
    name: str
    list_price: Amount
    discount: Amount
    price: Amount
    fee: Amount
    total: Amount
    left: int


class OpenedView(BaseModel):
    """What a code is good for; `ticket_type_ids` null means all of them."""

    code: str
    percent: Percent
    amount: Amount
    valid_until: datetime | None
    ticket_type_ids: list[int] | None
    ticket_types: list[RevealedType]
    currency: str


@router.get("/promo-codes", responses={**_OWN})
async def list_promo_codes(event_id: PathId, context: Ctx, caller: Caller) -> list[PromoCodeView]:
    """List an event's promo codes: for its creator and administrators."""
    return [_view(promo) for promo in await context.promoting.codes_of(event_id, caller)]


@router.post(
    "/promo-codes",
    status_code=201,
    responses={**_OWN, **problem_responses([PromoCodeExists, TicketTypeNotFound])},
)
async def create_promo_code(
    event_id: PathId, asked: PromoCodeAsked, context: Ctx, caller: Caller
) -> PromoCodeView:
    """Make a promo code."""
    promo = PromoCode(
        promo_id=0,
        event_id=event_id,
        code=asked.code,
        discount=Discount(asked.percent, asked.amount),
        max_uses=asked.max_uses,
        valid_from=asked.valid_from,
        valid_until=asked.valid_until,
        ticket_type_ids=_types(asked.ticket_type_ids),
        reveals_hidden=asked.reveals_hidden,
        created_at=now(),
    )
    _check_terms(promo)
    return _view(await context.promoting.create(promo, caller))


@router.patch(
    "/promo-codes/{promo_id}",
    responses={**_OWN, **problem_responses([PromoLimitBelowUses, TicketTypeNotFound])},
)
async def change_promo_code(
    event_id: PathId, promo_id: PathId, asked: PromoTermsAsked, context: Ctx, caller: Caller
) -> PromoCodeView:
    """Change some of a code's terms; what is held or sold stays as it is."""
    changes: dict[str, Any] = {name: getattr(asked, name) for name in asked.model_fields_set}
    if changes.keys() & {"percent", "amount"}:
        changes["discount"] = Discount(changes.pop("percent", 0), changes.pop("amount", 0))
    if "ticket_type_ids" in changes:
        changes["ticket_type_ids"] = _types(asked.ticket_type_ids)
    changed = await context.promoting.change(
        event_id, promo_id, changes, caller, check=_check_terms
    )
    return _view(changed)


@router.delete("/promo-codes/{promo_id}", responses={**_OWN})
async def delete_promo_code(
    event_id: PathId, promo_id: PathId, context: Ctx, caller: Caller
) -> PromoCodeView:
    """Let a code be used no more, and return it as it was."""
    return _view(await context.promoting.delete(event_id, promo_id, caller))


@router.post(
    "/promo-code",
    responses={
        **problem_responses(
            [
                PromoCodeUnknown,
                PromoCodeNotYetValid,
                PromoCodeExpired,
                PromoCodeUsedUp,
                PromoCodeNotApplicable,
                TooManyWrongCodes,
                EventCancelled,
                EventOver,
            ]
        )
    },
)
async def open_promo_code(
    event_id: PathId, asked: CodeAsked, context: Ctx, request: Request
) -> OpenedView:
    """Say what a code is good for, and which hidden tickets it opens; wrong ones are counted."""
    client = request.client
    address = request.headers.get("x-real-ip") or (client.host if client else "")
    return _opened_view(await context.promoting.open(event_id, asked.code, address))


def _types(asked: list[int] | None) -> frozenset[int] | None:
    return None if asked is None else frozenset(asked)


def _check_terms(promo: PromoCode) -> None:
    """Raise `Malformed` for terms that contradict each other."""
    discount = promo.discount
    is_both = bool(discount.basis_points and discount.amount_minor)
    is_none = not (discount.basis_points or discount.amount_minor or promo.reveals_hidden)
    if is_both or is_none:
        raise Malformed(errors={"percent": [PERCENT_OR_AMOUNT]})
    begin, end = promo.valid_from, promo.valid_until
    if begin is not None and end is not None and end <= begin:
        raise Malformed(errors={"valid_until": [ENDS_BEFORE_BEGIN]})


def _view(promo: PromoCode) -> PromoCodeView:
    types = promo.ticket_type_ids
    return PromoCodeView.model_construct(
        id=promo.promo_id,
        event_id=promo.event_id,
        code=promo.code,
        percent=promo.discount.basis_points,
        amount=promo.discount.amount_minor,
        max_uses=promo.max_uses,
        uses=promo.uses,
        valid_from=promo.valid_from,
        valid_until=promo.valid_until,
        ticket_type_ids=None if types is None else sorted(types),
        reveals_hidden=promo.reveals_hidden,
        created_at=promo.created_at,
    )


def _opened_view(opened: Opened) -> OpenedView:
    promo, offer = opened.promo, opened.offer
    types = promo.ticket_type_ids
    revealed: list[RevealedType] = []
    for stock in opened.revealed:
        unit = price_of(offer, stock, promo)
        revealed.append(
            RevealedType.model_construct(
                ticket_type_id=stock.ticket_type_id,
                name=stock.name,
                list_price=unit.list_minor,
                discount=unit.discount_minor,
                price=unit.price_minor,
                fee=unit.fee_on_top_minor,
                total=unit.charged_minor,
                left=max(0, stock.left),
            )
        )
    return OpenedView.model_construct(
        code=promo.code,
        percent=promo.discount.basis_points,
        amount=promo.discount.amount_minor,
        valid_until=promo.valid_until,
        ticket_type_ids=None if types is None else sorted(types),
        ticket_types=revealed,
        currency=offer.currency,
    )
