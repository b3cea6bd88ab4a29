"""How refunds stand, as clients see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from guichet.contracts.money import Amount

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


class RefundStateView(BaseModel):
    """A refund of an order; `completed_at` is when the provider has carried it out.

    `note` is what a person gave as the reason, in the words that the buyer was told.
    """

    id: int
    amount: Amount
    status: RefundStatus
    reason: str
    note: str | None
    requested_at: datetime
    completed_at: datetime | None


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
        completed_at=refund.completed_at,
    )
