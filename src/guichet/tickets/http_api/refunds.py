"""Refunds: what would go back, giving it back, goodwill, and whole events."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, Field

from guichet.contracts.money import Amount
from guichet.contracts.roles import Permission, may, require
from guichet.kernel.callers import Caller, OptionalCaller
from guichet.kernel.language import language_of
from guichet.kernel.problems import Forbidden, Malformed, Sentence
from guichet.kernel.tokens import Principal
from guichet.kernel.validation import Line
from guichet.tickets.attention import sentence_of
from guichet.tickets.cancelling import GivenBack
from guichet.tickets.codes import order_code, order_id_of
from guichet.tickets.context import Context
from guichet.tickets.domain import Order
from guichet.tickets.giving_back import OrderBack, Right, TicketBack
from guichet.tickets.http_api.asked import key_of
from guichet.tickets.http_api.deps import PREFIX, Ctx, PathId, check_named, refusals
from guichet.tickets.problems import (
    AlreadyCancelled,
    AlreadyUsed,
    EventNotFound,
    KeyReused,
    OrderNotFound,
    TicketNotFound,
)
from guichet.tickets.refund_problems import (
    GoodwillTooMuch,
    NothingToRefund,
    NotPaid,
    RefundNotAllowed,
    RefundTooLate,
    RunUnderWay,
    TotalDiffers,
)
from guichet.tickets.repository.event_refunds import Progress
from guichet.tickets.repository.refund_keys import RefundKey

TICKETS_MAX = 100
KEY_NEEDED = Sentence("Cette clé est nécessaire.", "This key is needed.")
AMOUNT_NEEDED = Sentence("Un montant positif est attendu.", "A positive amount is expected.")

_NOT_REFUNDED = (
    RefundNotAllowed,
    RefundTooLate,
    NothingToRefund,
    AlreadyCancelled,
    AlreadyUsed,
    NotPaid,
    KeyReused,
)

router = APIRouter(prefix=PREFIX, tags=["refunds"])

Access = Annotated[str | None, Query(max_length=100)]
Reason = Annotated[Line, Field(min_length=1, max_length=500)]
TicketIds = Annotated[
    list[Annotated[int, Field(ge=1)]], Field(min_length=1, max_length=TICKETS_MAX)
]


class TicketBackView(BaseModel):
    """What one ticket gives back, and what the event's rules keep of it."""

    id: int
    refund: Amount
    kept: Amount
    fee_kept: Amount


class RefundPreview(BaseModel):
    """What would go back now; `reason` is the code of why not, `message` its sentence."""

    refundable: bool
    reason: str | None
    message: str | None
    tickets: list[TicketBackView]
    total: Amount
    currency: str
    until: datetime | None


class RefundView(BaseModel):
    """What was given back; `status` is none where there was nothing to pay back."""

    order_code: str
    status: str
    total: Amount
    currency: str
    tickets: list[TicketBackView]


class RefundAsked(BaseModel):
    """Which tickets to give back: all that are live where none is named."""

    ticket_ids: TicketIds | None = None
    reason: Reason | None = None


class GoodwillAsked(BaseModel):
    """How much to give back, and why; the buyer is told."""

    amount: Amount
    reason: Reason


class EventPreview(BaseModel):
    """What giving a whole event back would mean."""

    orders: int
    tickets: int
    total: Amount
    currency: str
    buyers: int


class EventRefundAsked(BaseModel):
    """Why all is given back, and the total as the preview showed it."""

    reason: Reason
    confirm_total: Amount


class RunView(BaseModel):
    """How far a run over an event's orders is."""

    id: int
    reason: str
    note: str | None
    started_at: datetime
    finished_at: datetime | None
    orders: int
    orders_done: int
    tickets: int
    total: Amount
    refunds: int
    refunds_done: int
    refunds_waiting: int
    refunded: Amount
    needs_attention: int
    attention: str | None


class EventRefundsView(BaseModel):
    """The runs over an event's orders, the newest first."""

    event_id: int
    runs: list[RunView]


@router.get("/orders/{code}/refund", responses=refusals(OrderNotFound, TicketNotFound))
async def preview_order(
    code: str,
    context: Ctx,
    caller: OptionalCaller,
    access: Access = None,
    ticket_ids: Annotated[str | None, Query(pattern=r"^\d{1,18}(,\d{1,18}){0,99}$")] = None,
    accept_language: Annotated[str | None, Header()] = None,
) -> RefundPreview:
    """Return what would go back for these tickets of an order (`1,2`), or for all that are live."""
    order, right = await order_and_right(context, code, caller, access)
    chosen = None if ticket_ids is None else [int(each) for each in ticket_ids.split(",")]
    found = await context.cancelling.preview(order.order_id, chosen, right)
    return _preview(found, order.currency, accept_language)


@router.get("/{ticket_id}/refund", responses=refusals(OrderNotFound, TicketNotFound))
async def preview_ticket(
    ticket_id: PathId,
    context: Ctx,
    caller: OptionalCaller,
    access: Access = None,
    accept_language: Annotated[str | None, Header()] = None,
) -> RefundPreview:
    """Return what would go back for one ticket."""
    check_named(caller, access)
    code = order_code(await context.cancelling.order_of(ticket_id))
    order, right = await order_and_right(context, code, caller, access)
    found = await context.cancelling.preview(order.order_id, [ticket_id], right)
    return _preview(found, order.currency, accept_language)


@router.post(
    "/orders/{code}/refund",
    responses=refusals(Forbidden, OrderNotFound, TicketNotFound, *_NOT_REFUNDED),
)
async def refund_order(
    code: str,
    asked: RefundAsked,
    request: Request,
    context: Ctx,
    caller: OptionalCaller,
    access: Access = None,
) -> RefundView:
    """Give tickets of an order back, all in one; needs an `Idempotency-Key`."""
    order, right = await order_and_right(context, code, caller, access)
    ids = None if asked.ticket_ids is None else sorted(set(asked.ticket_ids))
    key = refund_key(request.headers, caller, order, ["refund", order.order_id, ids, asked.reason])
    given = await context.cancelling.give_back(
        order.order_id, ids, right, note=asked.reason, key=key
    )
    return _given(given)


@router.post(
    "/orders/{code}/goodwill",
    responses=refusals(Forbidden, OrderNotFound, GoodwillTooMuch, NotPaid, KeyReused),
)
async def goodwill(
    code: str, asked: GoodwillAsked, request: Request, context: Ctx, caller: Caller
) -> RefundView:
    """Give an amount back while the tickets stay valid; needs an `Idempotency-Key`."""
    require(caller, Permission.GRANT_GOODWILL)
    if asked.amount <= 0:
        raise Malformed(errors={"amount": [AMOUNT_NEEDED]})
    order, _ = await order_and_right(context, code, caller, None)
    content = ["goodwill", order.order_id, asked.amount, asked.reason]
    key = refund_key(request.headers, caller, order, content)
    right = Right("administrator", is_bound=False, account_id=caller.account_id)
    return _given(
        await context.goodwill.grant(order.order_id, asked.amount, asked.reason, right, key)
    )


@router.get("/events/{event_id}/refunds/preview", responses=refusals(Forbidden, EventNotFound))
async def preview_event(event_id: PathId, context: Ctx, caller: Caller) -> EventPreview:
    """Return what giving a whole event back would mean: to its creator or an administrator."""
    _, currency = await _over_event(context, event_id, caller)
    found = await context.event_refunds.preview(event_id)
    return EventPreview.model_construct(
        orders=found.orders,
        tickets=found.tickets,
        total=found.total_minor,
        currency=currency,
        buyers=found.buyers,
    )


@router.post(
    "/events/{event_id}/refunds",
    status_code=202,
    responses=refusals(Forbidden, EventNotFound, NothingToRefund, TotalDiffers, RunUnderWay),
)
async def refund_event(
    event_id: PathId,
    asked: EventRefundAsked,
    context: Ctx,
    caller: Caller,
    accept_language: Annotated[str | None, Header()] = None,
) -> EventRefundsView:
    """Begin to give all orders of an event back; the total must be confirmed."""
    right, _ = await _over_event(context, event_id, caller)
    await context.event_refunds.start(event_id, asked.confirm_total, right, asked.reason)
    return await _runs(context, event_id, accept_language)


@router.get("/events/{event_id}/refunds", responses=refusals(Forbidden, EventNotFound))
async def event_refunds(
    event_id: PathId,
    context: Ctx,
    caller: Caller,
    accept_language: Annotated[str | None, Header()] = None,
) -> EventRefundsView:
    """Return how far the refunds of an event are: to its creator or an administrator."""
    await _over_event(context, event_id, caller)
    return await _runs(context, event_id, accept_language)


async def order_and_right(
    context: Context, code: str, caller: Principal | None, access: str | None
) -> tuple[Order, Right]:
    """Return the order and by what right the caller gives it back; raises `OrderNotFound`."""
    check_named(caller, access)
    order_id = order_id_of(code)
    if order_id is None:
        raise OrderNotFound
    order = await context.selling.order(order_id)
    account_id = caller.account_id if caller else None
    if may(caller, Permission.CANCEL_ANY_TICKET):
        return order, Right("administrator", is_bound=False, account_id=account_id)
    offer = await context.catalogue.offer(order.event_id)
    if may(caller, Permission.CREATE_EVENTS) and offer.creator_id == account_id:
        return order, Right("organiser", is_bound=False, account_id=account_id)
    is_own = account_id is not None and account_id == order.buyer.account_id
    if is_own or context.links.opens(order, access):
        return order, Right("holder", is_bound=True, account_id=account_id)
    raise OrderNotFound


async def _over_event(context: Context, event_id: int, caller: Principal) -> tuple[Right, str]:
    """Return by what right the caller gives an event back, and its currency; or `Forbidden`."""
    offer = await context.catalogue.offer(event_id)
    if may(caller, Permission.CANCEL_ANY_TICKET):
        right = Right("administrator", is_bound=False, account_id=caller.account_id)
    elif may(caller, Permission.CREATE_EVENTS) and offer.creator_id == caller.account_id:
        right = Right("organiser", is_bound=False, account_id=caller.account_id)
    else:
        raise Forbidden
    return right, offer.currency


def refund_key(
    headers: Mapping[str, str], caller: Principal | None, order: Order, content: Sequence[object]
) -> RefundKey:
    key = key_of(headers)
    if key is None:
        raise Malformed(errors={"Idempotency-Key": [KEY_NEEDED]})
    who = f"account:{caller.account_id}" if caller else f"link:{order.order_id}"
    return RefundKey(key, who, hashlib.sha256(msgspec.json.encode(content)).hexdigest())


def _backs(backs: Sequence[TicketBack]) -> list[TicketBackView]:
    return [
        TicketBackView.model_construct(
            id=back.ticket_id,
            refund=back.amount_minor,
            kept=back.kept_minor,
            fee_kept=back.fee_kept_minor,
        )
        for back in backs
    ]


def _preview(found: OrderBack, currency: str, accept_language: str | None) -> RefundPreview:
    refusal = found.refusal
    return RefundPreview.model_construct(
        refundable=refusal is None,
        reason=refusal and refusal.code,
        message=refusal and refusal.sentence(language_of(accept_language)),
        tickets=_backs(found.tickets),
        total=found.total_minor,
        currency=currency,
        until=found.until,
    )


def _given(given: GivenBack) -> RefundView:
    return RefundView.model_construct(
        order_code=order_code(given.order.order_id),
        status=given.status,
        total=given.refund_minor,
        currency=given.order.currency,
        tickets=_backs(given.tickets),
    )


async def _runs(context: Context, event_id: int, accept_language: str | None) -> EventRefundsView:
    found = await context.event_refunds.progress(event_id)
    return EventRefundsView.model_construct(
        event_id=event_id, runs=[_run(each, accept_language) for each in found]
    )


def _run(progress: Progress, accept_language: str | None) -> RunView:
    return RunView.model_construct(
        id=progress.run.run_id,
        reason=progress.run.reason,
        note=progress.run.note,
        started_at=progress.started_at,
        finished_at=progress.finished_at,
        orders=progress.orders_total,
        orders_done=progress.orders_done,
        tickets=progress.tickets_total,
        total=progress.total_minor,
        refunds=progress.refunds_total,
        refunds_done=progress.refunds_done,
        refunds_waiting=progress.refunds_waiting,
        refunded=progress.refunded_minor,
        needs_attention=progress.attention,
        attention=sentence_of(
            progress.attention > 0, progress.attention_reason, language_of(accept_language)
        ),
    )
