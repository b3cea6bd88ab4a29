"""Reconciliation with the payment provider, as an administrator sees it."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Header
from pydantic import BaseModel, Field

from guichet.contracts.money import Amount
from guichet.contracts.roles import Permission, require
from guichet.kernel.callers import Caller
from guichet.kernel.language import language_of
from guichet.kernel.problems import Forbidden, Language
from guichet.kernel.validation import Line
from guichet.tickets.codes import order_code
from guichet.tickets.http_api.deps import PREFIX, Ctx, PathId, refusals
from guichet.tickets.problems import FindingNotFound
from guichet.tickets.reconciliation_texts import sentence_of
from guichet.tickets.repository.findings import Finding
from guichet.tickets.repository.provider import StoredDispute
from guichet.tickets.repository.reconciliation import Day

router = APIRouter(
    prefix=f"{PREFIX}/reconciliation", tags=["payments"], responses=refusals(Forbidden)
)


class RunView(BaseModel):
    """One run: how much it read, entered in the ledger and repaired, and what it newly found."""

    run_id: int
    started_at: datetime
    finished_at: datetime | None
    payments_read: int
    movements_read: int
    entered: int
    repaired: int
    findings: int
    error: str | None


class FindingView(BaseModel):
    """Something that ledger and provider disagree on. `state`: open, settled or resolved."""

    id: int
    kind: str
    message: str
    reference: str
    order_code: str | None
    intent_id: str | None
    amount: Amount
    currency: str
    state: str
    found_at: datetime
    ended_at: datetime | None
    resolved_by: int | None
    note: str | None


class DayView(BaseModel):
    """A day (UTC) of the provider's account: in our ledger, at the provider, the difference."""

    day: date
    currency: str
    ledger: Amount
    provider: Amount
    difference: Amount


class DisputeView(BaseModel):
    """A payment that a bank contests; `withdrawn` is out of the balance just now."""

    dispute_id: str
    order_code: str | None
    amount: Amount
    fee: Amount
    withdrawn: Amount
    currency: str
    status: str
    reason: str
    opened_at: datetime
    closed_at: datetime | None


class StuckWebhookView(BaseModel):
    """A message of the provider that keeps failing; it is tried again."""

    event_id: str
    kind: str
    attempts: int
    last_error: str
    received_at: datetime


class ReconciliationView(BaseModel):
    """The latest runs, findings, days and disputes, each the latest first."""

    runs: list[RunView]
    findings: list[FindingView]
    days: list[DayView]
    disputes: list[DisputeView]
    webhooks_waiting: int
    webhooks_stuck: list[StuckWebhookView]


class Resolved(BaseModel):
    """What a person has done about a finding."""

    note: Annotated[Line, Field(min_length=1, max_length=1000)]


@router.get("")
async def read(
    context: Ctx, caller: Caller, accept_language: Annotated[str | None, Header()] = None
) -> ReconciliationView:
    """Return how our books and the provider's agree."""
    require(caller, Permission.RECONCILE)
    language = language_of(accept_language)
    overview = await context.reconciliation.overview()
    return ReconciliationView(
        runs=[RunView(**asdict(run)) for run in overview.runs],
        findings=[_finding_view(finding, language) for finding in overview.findings],
        days=[_day_view(day) for day in overview.days],
        disputes=[_dispute_view(dispute) for dispute in overview.disputes],
        webhooks_waiting=overview.webhooks_waiting,
        webhooks_stuck=[StuckWebhookView(**asdict(stuck)) for stuck in overview.webhooks_stuck],
    )


@router.post("/findings/{finding_id}/resolve", responses=refusals(FindingNotFound))
async def resolve(
    finding_id: PathId,
    asked: Resolved,
    context: Ctx,
    caller: Caller,
    accept_language: Annotated[str | None, Header()] = None,
) -> FindingView:
    """Note what was done about a finding; it will not be raised again."""
    require(caller, Permission.RECONCILE)
    finding = await context.reconciliation.resolve(finding_id, caller.account_id, asked.note)
    if finding is None:
        raise FindingNotFound
    return _finding_view(finding, language_of(accept_language))


def _finding_view(finding: Finding, language: Language) -> FindingView:
    found = finding.found
    return FindingView.model_construct(
        id=finding.finding_id,
        kind=found.kind,
        message=sentence_of(found, language),
        reference=found.reference,
        order_code=None if found.order_id is None else order_code(found.order_id),
        intent_id=found.intent_id,
        amount=found.amount_minor,
        currency=found.currency,
        state=finding.state,
        found_at=finding.found_at,
        ended_at=finding.ended_at,
        resolved_by=finding.resolved_by,
        note=finding.note,
    )


def _day_view(day: Day) -> DayView:
    return DayView.model_construct(
        day=day.day,
        currency=day.currency,
        ledger=day.ledger_minor,
        provider=day.provider_minor,
        difference=day.difference_minor,
    )


def _dispute_view(dispute: StoredDispute) -> DisputeView:
    return DisputeView.model_construct(
        dispute_id=dispute.dispute_id,
        order_code=None if dispute.order_id is None else order_code(dispute.order_id),
        amount=dispute.amount_minor,
        fee=dispute.fee_minor,
        withdrawn=dispute.withdrawn_minor,
        currency=dispute.currency,
        status=dispute.status,
        reason=dispute.reason,
        opened_at=dispute.opened_at,
        closed_at=dispute.closed_at,
    )
