"""All sales at a glance, and every payment."""

from datetime import date, datetime
from typing import Annotated, Literal
from zoneinfo import available_timezones

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, BaseModel
from sqlalchemy import RowMapping

from guichet.contracts.money import Amount
from guichet.contracts.roles import Permission, require
from guichet.kernel.callers import Caller
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.paging import Page, Paging, page_of
from guichet.kernel.problems import Forbidden, Unauthenticated
from guichet.kernel.validation import Line, Refused
from guichet.tickets import overview as use_cases
from guichet.tickets.codes import order_code
from guichet.tickets.domain import OrderState
from guichet.tickets.http_api.deps import PREFIX, Ctx
from guichet.tickets.repository import overview as rows
from guichet.tickets.repository.overview import SoldOnDay
from guichet.tickets.views import ORDER_STATUS

router = APIRouter(
    prefix=PREFIX, tags=["overview"], responses={**problem_responses([Unauthenticated, Forbidden])}
)


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise Refused(fr="Ce fuseau horaire est inconnu.", en="This time zone is not known.")
    return name


class DayView(BaseModel):
    """What was sold on one day in one currency: live tickets and their price."""

    day: date
    currency: str
    tickets: int
    revenue: Amount


class SumView(BaseModel):
    """What was sold in a period in one currency."""

    currency: str
    tickets: int
    revenue: Amount


class PendingView(BaseModel):
    """Refunds of one currency that are not carried out yet."""

    currency: str
    refunds: int
    amount: Amount


class OverviewView(BaseModel):
    """Sales of thirty days; `orders` counts theirs by status; the rest is how it is now."""

    time_zone: str
    today: list[SumView]
    last_7_days: list[SumView]
    last_30_days: list[SumView]
    days: list[DayView]
    orders: dict[str, int]
    refunds_pending: list[PendingView]
    needs_attention: int
    events_ahead: int
    read_at: datetime


class PaymentRowView(BaseModel):
    """A payment with its order, for administrators."""

    order_code: str
    event_id: int
    event_title: str
    buyer_name: str
    buyer_email: str
    amount: Amount
    captured: Amount
    refunded: Amount
    currency: str
    status: str
    payment_method: str | None
    transaction_id: str | None
    decline_code: str | None
    needs_attention: bool
    created_at: datetime
    paid_at: datetime | None
    refunded_at: datetime | None


@router.get("/overview", summary="All sales at a glance")
async def overview(
    context: Ctx,
    caller: Caller,
    response: Response,
    time_zone: Annotated[
        str, Query(max_length=64, description="Whose days are meant."), AfterValidator(_known_zone)
    ] = "Europe/Paris",
) -> OverviewView:
    """Everything for an administrator, own events for an organiser; days without sales miss."""
    found = await context.overviews.of(caller, time_zone)
    response.headers["Cache-Control"] = "no-store"
    return OverviewView.model_construct(
        time_zone=time_zone,
        today=[_sum_view(each) for each in found.last(1)],
        last_7_days=[_sum_view(each) for each in found.last(7)],
        last_30_days=[_sum_view(each) for each in found.last(use_cases.DAYS)],
        days=[
            DayView.model_construct(
                day=each.day,
                currency=each.currency,
                tickets=each.tickets,
                revenue=each.revenue_minor,
            )
            for each in found.days
        ],
        orders={ORDER_STATUS[state]: found.orders.get(state.value, 0) for state in OrderState},
        refunds_pending=[
            PendingView.model_construct(currency=currency, refunds=number, amount=amount_minor)
            for currency, number, amount_minor in found.refunds_pending
        ],
        needs_attention=found.needs_attention,
        events_ahead=found.events_ahead,
        read_at=found.read_at,
    )


@router.get("/payments", summary="Every payment")
async def list_payments(
    context: Ctx,
    caller: Caller,
    paging: Paging,
    status: Literal["pending", "completed", "failed", "refunded"] | None = None,
    q: Annotated[
        Line | None,
        Query(max_length=200, description="An order, a transaction, a part of name or e-mail."),
    ] = None,
) -> Page[PaymentRowView]:
    """List payments, newest first: for administrators."""
    require(caller, Permission.LIST_ALL_TICKETS)
    async with context.database.listing() as connection:
        found, total = await rows.payments_page(connection, paging, status=status, words=q or None)
    return page_of([_payment_view(row) for row in found], total, paging)


def _sum_view(sold: SoldOnDay) -> SumView:
    return SumView.model_construct(
        currency=sold.currency, tickets=sold.tickets, revenue=sold.revenue_minor
    )


def _payment_view(row: RowMapping) -> PaymentRowView:
    return PaymentRowView.model_construct(
        order_code=order_code(row["order_id"]),
        event_id=row["event_id"],
        event_title=row["event_title"],
        buyer_name=row["buyer_name"],
        buyer_email=row["buyer_email"],
        amount=row["amount_minor"],
        captured=row["captured_minor"],
        refunded=row["refunded_minor"],
        currency=row["currency"],
        status=row["status"],
        payment_method=row["method_label"],
        transaction_id=row["intent_id"],
        decline_code=row["decline_code"],
        needs_attention=row["needs_attention"],
        created_at=row["created_at"],
        paid_at=row["paid_at"],
        refunded_at=row["refunded_at"],
    )
