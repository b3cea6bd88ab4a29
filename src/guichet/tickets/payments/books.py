"""What is read in a payment provider's books: its payments, refunds, disputes and movements.

The saga needs none of it. Reconciliation and the webhooks' worker ask here for what happened
without our asking, or was never answered.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from guichet.tickets.payments.port import PaymentResult, RefundOutcome


class ProviderUnclear(Exception):
    """The provider gave no usable answer: ask again later."""


@dataclass(frozen=True, slots=True)
class SeenPayment:
    """A payment in the provider's books; `order_key` is None for one that is not ours."""

    intent_id: str
    order_key: str | None
    result: PaymentResult
    amount_minor: int
    currency: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SeenRefund:
    """A refund in the provider's books; `refund_key` is None for one that we did not ask for."""

    refund_id: str
    refund_key: str | None
    amount_minor: int
    outcome: RefundOutcome
    created_at: datetime
    reason: str | None = None
    """The provider's word for why it failed, where it did."""


class MovementKind(StrEnum):
    """Why the provider's balance changed."""

    CHARGE = "charge"
    REFUND = "refund"
    REFUND_FAILURE = "refund_failure"
    """A refund that the bank returned: its amount is back in the balance."""
    DISPUTE = "dispute"
    """Taken out while a bank disputes a payment."""
    DISPUTE_REVERSAL = "dispute_reversal"
    FEE = "fee"
    """What the provider takes for itself, beside the fees of single charges."""
    PAYOUT = "payout"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class SeenMovement:
    """A change of the provider's balance, signed as there: what came in is positive.

    `fee_minor` is taken off besides. `source_id` is the charge, refund, dispute … that it is for;
    `intent_id` its payment, where there is one.
    """

    transaction_id: str
    kind: MovementKind
    amount_minor: int
    fee_minor: int
    currency: str
    created_at: datetime
    source_id: str | None
    intent_id: str | None


@dataclass(frozen=True, slots=True)
class SeenDispute:
    """A payment that its payer's bank contests; `status` is the provider's word."""

    dispute_id: str
    intent_id: str | None
    amount_minor: int
    currency: str
    status: str
    reason: str
    opened_at: datetime
    movements: tuple[SeenMovement, ...]


class ProviderBooks(Protocol):
    """Reads the books. Every method raises `ProviderUnclear` for provider trouble."""

    async def payment(self, intent_id: str) -> SeenPayment | None:
        """Return a payment, None where the provider knows of none."""
        ...

    def payments_since(self, since: datetime) -> AsyncIterator[SeenPayment]:
        """Yield the payments created since then, newest first."""
        ...

    async def refunds_of(self, intent_id: str) -> list[SeenRefund]:
        """Return every refund of a payment, newest first; none where the payment is unknown."""
        ...

    async def dispute(self, dispute_id: str) -> SeenDispute | None:
        """Return a dispute, None where the provider knows of none."""
        ...

    def movements_since(self, since: datetime) -> AsyncIterator[SeenMovement]:
        """Yield the movements of the balance since then, newest first."""
        ...
