"""The books of the fake provider: its payments, and what a test adds to them by hand."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from guichet.tickets.payments import (
    MovementKind,
    PaymentOutcome,
    PaymentResult,
    ProviderUnclear,
    RefundOutcome,
    SeenDispute,
    SeenMovement,
    SeenPayment,
    SeenRefund,
)

FEE_MINOR = 50


@dataclass(slots=True)
class FakeBooks:
    """Fulfils `ProviderBooks`. `is_down`: every question gets no clear answer."""

    payments: dict[str, SeenPayment] = field(default_factory=dict[str, SeenPayment])
    refunds: dict[str, list[SeenRefund]] = field(default_factory=dict[str, list[SeenRefund]])
    disputes: dict[str, SeenDispute] = field(default_factory=dict[str, SeenDispute])
    movements: list[SeenMovement] = field(default_factory=list[SeenMovement])
    is_down: bool = False

    def note_payment(
        self, intent_id: str, order_key: str | None, result: PaymentResult, amount_minor: int
    ) -> SeenPayment:
        """Take over a payment as it stands now; its capture moves the balance once."""
        at = self.payments[intent_id].created_at if intent_id in self.payments else _now()
        seen = SeenPayment(intent_id, order_key, result, amount_minor, "EUR", at)
        self.payments[intent_id] = seen
        if result.outcome is PaymentOutcome.PAID:
            self.move(MovementKind.CHARGE, amount_minor, FEE_MINOR, f"ch_{intent_id}", intent_id)
        return seen

    def charge(self, intent_id: str, order_key: str | None, amount_minor: int) -> SeenPayment:
        """Capture a payment behind everybody's back."""
        result = PaymentResult(
            PaymentOutcome.PAID, intent_id, "visa •••• 4242", amount_minor=amount_minor
        )
        return self.note_payment(intent_id, order_key, result, amount_minor)

    def refund(
        self,
        refund_id: str,
        intent_id: str,
        amount_minor: int,
        *,
        refund_key: str | None = None,
        outcome: RefundOutcome = RefundOutcome.DONE,
    ) -> None:
        """Refund, or note how a refund stands; the first time it moves the balance."""
        known = self.refunds.setdefault(intent_id, [])
        known[:] = [refund for refund in known if refund.refund_id != refund_id]
        known.insert(0, SeenRefund(refund_id, refund_key, amount_minor, outcome, _now()))
        self.move(MovementKind.REFUND, -amount_minor, 0, refund_id, intent_id)

    def return_refund(
        self, refund_id: str, intent_id: str, refund_key: str | None, reason: str
    ) -> None:
        """Note that the bank returned a refund; its amount is back in the balance."""
        known = self.refunds[intent_id]
        [before] = [refund for refund in known if refund.refund_id == refund_id]
        known[known.index(before)] = replace(
            before, refund_key=refund_key, outcome=RefundOutcome.REFUSED, reason=reason
        )
        self.move(MovementKind.REFUND_FAILURE, before.amount_minor, 0, refund_id, intent_id)

    def move(
        self,
        kind: MovementKind,
        amount_minor: int,
        fee_minor: int,
        source_id: str,
        intent_id: str | None = None,
    ) -> SeenMovement:
        """Move the balance, once for each kind and source."""
        transaction_id = f"txn_{kind}_{source_id}"
        for moved in self.movements:
            if moved.transaction_id == transaction_id:
                return moved
        moved = SeenMovement(
            transaction_id, kind, amount_minor, fee_minor, "EUR", _now(), source_id, intent_id
        )
        self.movements.append(moved)
        return moved

    def dispute_with(self, dispute_id: str, intent_id: str, amount_minor: int, status: str) -> None:
        """Let a bank contest a payment, or let the dispute go on to a status."""
        moved = [self.move(MovementKind.DISPUTE, -amount_minor, 2000, dispute_id, intent_id)]
        if status == "won":
            kind = MovementKind.DISPUTE_REVERSAL
            moved.append(self.move(kind, amount_minor, 0, dispute_id, intent_id))
        self.disputes[dispute_id] = SeenDispute(
            dispute_id, intent_id, amount_minor, "EUR", status, "fraudulent", _now(), tuple(moved)
        )

    def is_contested(self, intent_id: str) -> bool:
        """Whether a bank contests a payment, or has taken it back."""
        return any(
            seen.intent_id == intent_id and seen.status != "won" for seen in self.disputes.values()
        )

    async def payment(self, intent_id: str) -> SeenPayment | None:
        """See `ProviderBooks.payment`."""
        self._answer()
        return self.payments.get(intent_id)

    async def payments_since(self, since: datetime) -> AsyncIterator[SeenPayment]:
        """See `ProviderBooks.payments_since`."""
        self._answer()
        for seen in reversed(list(self.payments.values())):
            if seen.created_at >= since - timedelta(seconds=1):
                yield seen

    async def refunds_of(self, intent_id: str) -> list[SeenRefund]:
        """See `ProviderBooks.refunds_of`."""
        self._answer()
        return list(self.refunds.get(intent_id, []))

    async def dispute(self, dispute_id: str) -> SeenDispute | None:
        """See `ProviderBooks.dispute`."""
        self._answer()
        return self.disputes.get(dispute_id)

    async def movements_since(self, since: datetime) -> AsyncIterator[SeenMovement]:
        """See `ProviderBooks.movements_since`."""
        self._answer()
        for moved in reversed(list(self.movements)):
            if moved.created_at >= since - timedelta(seconds=1):
                yield moved

    def _answer(self) -> None:
        if self.is_down:
            raise ProviderUnclear("down")


def _now() -> datetime:
    return datetime.now(UTC)
