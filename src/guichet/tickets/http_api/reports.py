"""Organisers' money over HTTP: an event's report, its orders as CSV, an organiser's statement."""

from collections.abc import AsyncIterable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from guichet.contracts.money import CURRENCY_DEFAULT, Amount
from guichet.contracts.percents import percent_of
from guichet.kernel.callers import Caller
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.language import language_of
from guichet.kernel.problems import Forbidden, Unauthenticated
from guichet.kernel.spreadsheets import CSV_TYPE, csv_chunks
from guichet.kernel.tokens import Principal
from guichet.tickets import reports
from guichet.tickets.http_api.deps import PREFIX, Ctx, PathId, content
from guichet.tickets.organising import OwnEvent, event_to_run, runs
from guichet.tickets.problems import EventNotFound
from guichet.tickets.report_tables import (
    REPORT_HEADER,
    STATEMENT_HEADER,
    in_one_part,
    report_rows,
    statement_rows,
)
from guichet.tickets.reports import Report, Statement, Sums

router = APIRouter(
    prefix=PREFIX, tags=["reports"], responses={**problem_responses([Unauthenticated, Forbidden])}
)
Currency = Annotated[
    str | None,
    Query(
        pattern="^[A-Z]{3}$",
        description=f"Else {CURRENCY_DEFAULT}, or the first of the events' where none is in it.",
    ),
]
_EVENT: dict[int | str, dict[str, Any]] = {**problem_responses([EventNotFound])}


class SumsView(BaseModel):
    """`gross` less `refunds` less `fees` is `net`; what went back is taken off each already.

    `returned` is what of the refunds the bank returned, and its buyers have not got yet.
    """

    gross: Amount
    refunds: Amount
    returned: Amount
    fees: Amount
    vat: Amount
    net: Amount
    provider_fees: Amount
    disputes: Amount


class ReportVat(BaseModel):
    """The VAT at one rate, in per cent, `of` tickets or booking fees; `base` is without it."""

    rate: str
    of: str
    base: Amount
    amount: Amount


class ReportType(BaseModel):
    """What was sold of a ticket type, at sale: `list_price` less `discounts` plus fees on top."""

    ticket_type_id: int
    name: str
    sold: int
    cancelled: int
    list_price: Amount
    discounts: Amount
    fees_on_top: Amount
    gross: Amount
    fees: Amount
    vat: Amount


class ReportDay(SumsView):
    """What moved on one day, by the event's clock."""

    day: date


class ReportView(SumsView):
    """An event's money, from the ledger."""

    event_id: int
    title: str
    currency: str
    discounts: Amount
    vat_by_rate: list[ReportVat]
    by_ticket_type: list[ReportType]
    by_day: list[ReportDay]


class PostingView(BaseModel):
    """What one kind of movement did to the account on a day; positive is owed to the organiser."""

    day: date
    event_id: int
    event_title: str
    kind: str
    amount: Amount


class StatementView(BaseModel):
    """An organiser's account: `opening_balance` plus the movements is `closing_balance`.

    `currencies` are those of the organiser's events, in each of which there is a statement.
    """

    organiser_id: int
    currency: str
    currencies: list[str]
    opening_balance: Amount
    movements: list[PostingView]
    closing_balance: Amount


@router.get("/events/{event_id}/report", summary="An event's money", responses=_EVENT)
async def report(event_id: PathId, context: Ctx, caller: Caller) -> ReportView:
    """Gross, discounts, fees, VAT, refunds and net; to the event's creator or an administrator."""
    event = await event_to_run(context.database, event_id, caller)
    return _report_view(event, await _report(context, event))


@router.get(
    "/events/{event_id}/report.csv",
    summary="An event's money, as CSV",
    response_class=StreamingResponse,
    responses={**_EVENT, **content(CSV_TYPE)},
)
async def report_csv(
    event_id: PathId, context: Ctx, caller: Caller, request: Request
) -> StreamingResponse:
    """The report as a table: UTF-8, commas, amounts with a point."""
    event = await event_to_run(context.database, event_id, caller)
    language = language_of(request.headers.get("accept-language"))
    rows = report_rows(await _report(context, event), event.currency, language)
    chunks = csv_chunks(REPORT_HEADER[language], in_one_part(rows))
    return _file(chunks, f"report-{event_id}.csv")


@router.get(
    "/events/{event_id}/orders.csv",
    summary="An event's orders, as CSV",
    response_class=StreamingResponse,
    responses={**_EVENT, **content(CSV_TYPE)},
)
async def orders_csv(
    event_id: PathId, context: Ctx, caller: Caller, request: Request
) -> StreamingResponse:
    """Every order, oldest first, with what was paid, kept and given back."""
    event = await event_to_run(context.database, event_id, caller)
    language = language_of(request.headers.get("accept-language"))
    rows = reports.order_table(context.database, event_id, event.time_zone, language)
    return _file(csv_chunks(reports.ORDERS_HEADER[language], rows), f"orders-{event_id}.csv")


@router.get("/organisers/{organiser_id}/statement", summary="An organiser's account")
async def statement(
    organiser_id: PathId,
    context: Ctx,
    caller: Caller,
    begins: Annotated[date, Query(alias="from")],
    ends: Annotated[date, Query(alias="to")],
    currency: Currency = None,
) -> StatementView:
    """From one day to another, both included, by French days; to oneself or an administrator."""
    found = await _statement(context, caller, organiser_id, currency, begins, ends)
    return StatementView.model_construct(
        organiser_id=organiser_id,
        currency=found.currency,
        currencies=list(found.currencies),
        opening_balance=found.opening_minor,
        movements=[
            PostingView.model_construct(
                day=each.day,
                event_id=each.event_id,
                event_title=each.title,
                kind=each.kind,
                amount=each.amount_minor,
            )
            for each in found.postings
        ],
        closing_balance=found.closing_minor,
    )


@router.get(
    "/organisers/{organiser_id}/statement.csv",
    summary="An organiser's account, as CSV",
    response_class=StreamingResponse,
    responses=content(CSV_TYPE),
)
async def statement_csv(
    organiser_id: PathId,
    context: Ctx,
    caller: Caller,
    request: Request,
    begins: Annotated[date, Query(alias="from")],
    ends: Annotated[date, Query(alias="to")],
    currency: Currency = None,
) -> StreamingResponse:
    """The statement as a table."""
    found = await _statement(context, caller, organiser_id, currency, begins, ends)
    language = language_of(request.headers.get("accept-language"))
    rows = in_one_part(statement_rows(found, language))
    return _file(csv_chunks(STATEMENT_HEADER[language], rows), f"statement-{organiser_id}.csv")


async def _report(context: Ctx, event: OwnEvent) -> Report:
    async with context.database.hot.acquire() as connection:
        return await reports.event_report(connection, event.event_id, event.time_zone)


async def _statement(
    context: Ctx,
    caller: Principal,
    organiser_id: int,
    currency: str | None,
    begins: date,
    ends: date,
) -> Statement:
    if not runs(organiser_id, caller):
        raise Forbidden
    async with context.database.hot.acquire() as connection:
        return await reports.statement(connection, organiser_id, currency, begins, ends)


def _report_view(event: OwnEvent, found: Report) -> ReportView:
    return ReportView.model_construct(
        event_id=event.event_id,
        title=event.title,
        currency=event.currency,
        discounts=found.discounts_minor,
        vat_by_rate=[
            ReportVat.model_construct(
                rate=percent_of(vat.basis_points),
                of="fees" if vat.is_of_fees else "tickets",
                base=vat.base_minor,
                amount=vat.vat_minor,
            )
            for vat in found.vat
        ],
        by_ticket_type=[
            ReportType.model_construct(
                ticket_type_id=kind.ticket_type_id,
                name=kind.name,
                sold=kind.sold,
                cancelled=kind.cancelled,
                list_price=kind.list_minor,
                discounts=kind.discounts_minor,
                fees_on_top=kind.fees_on_top_minor,
                gross=kind.gross_minor,
                fees=kind.fees_minor,
                vat=kind.vat_minor,
            )
            for kind in found.by_type
        ],
        by_day=[ReportDay.model_construct(day=day, **_sums(sums)) for day, sums in found.by_day],
        **_sums(found.sums),
    )


def _sums(sums: Sums) -> dict[str, Any]:
    return {
        "gross": sums.gross_minor,
        "refunds": sums.refunds_minor,
        "returned": sums.returned_minor,
        "fees": sums.fees_minor,
        "vat": sums.vat_minor,
        "net": sums.net_minor,
        "provider_fees": sums.provider_fees_minor,
        "disputes": sums.disputes_minor,
    }


def _file(chunks: AsyncIterable[bytes], name: str) -> StreamingResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(chunks, media_type=CSV_TYPE, headers=headers)
