"""Reads Stripe's books: payments, refunds, disputes and balance transactions.

Lists come newest first, a hundred at a time, and are consistent at once, unlike the search.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from guichet.tickets.payments.books import (
    MovementKind,
    ProviderUnclear,
    SeenDispute,
    SeenMovement,
    SeenPayment,
    SeenRefund,
)
from guichet.tickets.payments.stripe_calls import RefusedError, StripeCalls, UnclearError
from guichet.tickets.payments.stripe_results import (
    BalanceTransaction,
    Dispute,
    Intent,
    Page,
    Refund,
    Source,
    refund_result_of,
    result_of,
)

INTENTS = "/v1/payment_intents"
REFUNDS = "/v1/refunds"
DISPUTES = "/v1/disputes"
MOVEMENTS = "/v1/balance_transactions"
PAGE_MAX = 100

_KINDS = {kind.value: kind for kind in MovementKind}


class _Numbered(Protocol):
    @property
    def id(self) -> str: ...


_Item = TypeVar("_Item", bound=_Numbered)


class StripeBooks:
    """`ProviderBooks` on Stripe."""

    def __init__(self, calls: StripeCalls) -> None:
        self._calls = calls

    async def payment(self, intent_id: str) -> SeenPayment | None:
        """See `ProviderBooks.payment`."""
        found = await self._one(Intent, f"{INTENTS}/{intent_id}", {"expand": ["latest_charge"]})
        return None if found is None else payment_of(found)

    async def payments_since(self, since: datetime) -> AsyncIterator[SeenPayment]:
        """See `ProviderBooks.payments_since`."""
        params = {"created": _from(since), "expand": ["data.latest_charge"]}
        async for intent in self._pages(Page[Intent], INTENTS, params):
            yield payment_of(intent)

    async def refunds_of(self, intent_id: str) -> list[SeenRefund]:
        """See `ProviderBooks.refunds_of`."""
        pages = self._pages(Page[Refund], REFUNDS, {"payment_intent": intent_id})
        return [refund_of(refund) async for refund in pages]

    async def dispute(self, dispute_id: str) -> SeenDispute | None:
        """See `ProviderBooks.dispute`."""
        found = await self._one(Dispute, f"{DISPUTES}/{dispute_id}", {})
        return None if found is None else dispute_of(found)

    async def movements_since(self, since: datetime) -> AsyncIterator[SeenMovement]:
        """See `ProviderBooks.movements_since`."""
        params = {"created": _from(since), "expand": ["data.source"]}
        async for moved in self._pages(Page[BalanceTransaction], MOVEMENTS, params):
            yield movement_of(moved)

    async def _one(self, shape: type[_Item], path: str, params: Mapping[str, Any]) -> _Item | None:
        try:
            return (await self._calls.call(shape, "get", path, params)).shape
        except RefusedError as refused:
            if refused.is_not_found:
                return None
            raise ProviderUnclear(refused.problem.code or "refused") from refused
        except UnclearError as error:
            raise ProviderUnclear("no clear answer") from error

    async def _pages(
        self, shape: type[Page[_Item]], path: str, params: Mapping[str, Any]
    ) -> AsyncIterator[_Item]:
        asked = {**params, "limit": PAGE_MAX}
        while True:
            try:
                page = (await self._calls.call(shape, "get", path, asked)).shape
            except RefusedError as refused:
                if refused.is_not_found:
                    return
                raise ProviderUnclear(refused.problem.code or "refused") from refused
            except UnclearError as error:
                raise ProviderUnclear("no clear answer") from error
            for item in page.data:
                yield item
            if not page.has_more or not page.data:
                return
            asked["starting_after"] = page.data[-1].id


def payment_of(intent: Intent) -> SeenPayment:
    """Translate a payment."""
    return SeenPayment(
        intent_id=intent.id,
        order_key=intent.metadata.get("order_key"),
        result=result_of(intent),
        amount_minor=intent.amount,
        currency=intent.currency.upper(),
        created_at=_moment(intent.created),
    )


def refund_of(refund: Refund) -> SeenRefund:
    """Translate a refund."""
    return SeenRefund(
        refund_id=refund.id,
        refund_key=(refund.metadata or {}).get("refund_key"),
        amount_minor=refund.amount,
        outcome=refund_result_of(refund).outcome,
        created_at=_moment(refund.created),
        reason=refund.failure_reason,
    )


def dispute_of(dispute: Dispute) -> SeenDispute:
    """Translate a dispute; its movements know their payment from it."""
    return SeenDispute(
        dispute_id=dispute.id,
        intent_id=dispute.payment_intent,
        amount_minor=dispute.amount,
        currency=dispute.currency.upper(),
        status=dispute.status,
        reason=dispute.reason,
        opened_at=_moment(dispute.created),
        movements=tuple(
            movement_of(moved, dispute.payment_intent) for moved in dispute.balance_transactions
        ),
    )


def movement_of(moved: BalanceTransaction, intent_id: str | None = None) -> SeenMovement:
    """Translate a movement of the balance; an expanded source names its payment."""
    source = moved.source
    if isinstance(source, Source):
        source_id, intent_id = source.id, source.payment_intent or intent_id
    else:
        source_id = source
    return SeenMovement(
        transaction_id=moved.id,
        kind=_KINDS.get(moved.reporting_category, MovementKind.OTHER),
        amount_minor=moved.amount,
        fee_minor=moved.fee,
        currency=moved.currency.upper(),
        created_at=_moment(moved.created),
        source_id=source_id,
        intent_id=intent_id,
    )


def _from(since: datetime) -> dict[str, int]:
    return {"gte": int(since.timestamp())}


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
