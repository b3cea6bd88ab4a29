"""How refunds stand, as clients see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from guichet.contracts.money import Amount
from guichet.tickets.attention import REFUSED_REASONS

RefundStatus = Literal["pending", "completed", "failed"]

_STATUS: dict[str, RefundStatus] = {
    "pending": "pending",
    "completed": "completed",
    # Paid back in another way: to the buyer it is done.
    "settled": "completed",
    "failed": "failed",
}


@dataclass(frozen=True, slots=True)
class RefundState:
    """A refund as it is stored: `status` is the database's, `reason` a stable code."""

    refund_id: int
    amount_minor: int
    status: str
    reason: str
    note: str | None
    requested_at: datetime
    completed_at: datetime | None
    failed_at: datetime | None = None
    failure_reason: str | None = None
    is_retried: bool = False
    settled_at: datetime | None = None
    attention_reason: str | None = None

    @property
    def is_refused(self) -> bool:
        """Whether the provider keeps refusing it, so that a person may pay it otherwise."""
        return self.status == "pending" and self.attention_reason in REFUSED_REASONS

    @property
    def given_back_at(self) -> datetime | None:
        """When the buyer got it, None where that is not so."""
        return {"completed": self.completed_at, "settled": self.settled_at}.get(self.status)


class RefundStateView(BaseModel):
    """A refund of an order; `completed_at` is when it was given back.

    `note` is what a person gave as the reason, in the words that the buyer was told. One that the
    bank returned has failed at `failed_at`, with the provider's word for why; `is_retried` where
    another refund has taken its place, `is_paid_otherwise` where it was paid by other means than
    the provider, `is_refused` where the provider keeps refusing it.
    """

    id: int
    amount: Amount
    status: RefundStatus
    reason: str
    note: str | None
    requested_at: datetime
    completed_at: datetime | None
    failed_at: datetime | None
    failure_reason: str | None
    is_retried: bool
    is_paid_otherwise: bool
    is_refused: bool


def refund_status_shown(status: str | None) -> RefundStatus | None:
    """Return how a stored refund stands for its buyer, None where there is none."""
    return None if status is None else _STATUS[status]


def refund_state_view(refund: RefundState) -> RefundStateView:
    """Return a refund as the readers of its order see it."""
    return RefundStateView.model_construct(
        id=refund.refund_id,
        amount=refund.amount_minor,
        status=_STATUS[refund.status],
        reason=refund.reason,
        note=refund.note,
        requested_at=refund.requested_at,
        completed_at=refund.given_back_at,
        failed_at=refund.failed_at,
        failure_reason=refund.failure_reason,
        is_retried=refund.is_retried,
        is_paid_otherwise=refund.status == "settled",
        is_refused=refund.is_refused,
    )
