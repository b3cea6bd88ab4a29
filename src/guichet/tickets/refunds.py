"""Giving money back: a refund is stored with its cause, and carried out until it is done."""

import asyncio
from datetime import timedelta

from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.logs import logger
from guichet.tickets.domain import Order
from guichet.tickets.payments import PaymentProvider, RefundOutcome, RefundResult
from guichet.tickets.pricing import Paid, Parts, refund_parts, spread
from guichet.tickets.repository import refunds as refund_rows
from guichet.tickets.repository.ledger import transfer_refund
from guichet.tickets.repository.refunds import Refund

LEASE_SECONDS = 30
BATCH_REFUNDS_MAX = 8
IDLE_SECONDS = 1.0
PENDING_SECONDS = 30.0
RETRY_SECONDS_FIRST = 1.0
RETRY_SECONDS_MAX = 300.0
ATTEMPTS_BEFORE_ATTENTION = 8
REFUSALS_BEFORE_ATTENTION = 5

log = logger(__name__)


class Refunds:
    """Carries out refunds; any number of replicas may."""

    def __init__(self, database: Database, provider: PaymentProvider) -> None:
        self._database = database
        self._provider = provider
        self.wake = asyncio.Event()

    async def request_whole(self, order: Order) -> None:
        """Have all that was captured for an order given back; asking again changes nothing."""
        captured = order.payment.captured_minor if order.payment else 0
        async with self._database.hot.acquire() as connection, connection.transaction():
            await connection.execute(
                "SELECT 1 FROM payments WHERE order_id = $1 FOR UPDATE", order.order_id
            )
            known = await refund_rows.refunds_of(connection, order.order_id)
            missing = captured - sum(refund.amount_minor for refund in known)
            if missing > 0:
                await refund_rows.insert_refund(
                    connection,
                    order.order_id,
                    missing,
                    order.failure or "undone",
                    now(),
                    _undone_parts(order, missing),
                )
        self.wake.set()

    async def run(self) -> None:
        """Carry out refunds for ever; a worker runs this."""
        while True:
            if await self.carry_out_due():
                continue
            try:
                await asyncio.wait_for(self.wake.wait(), IDLE_SECONDS)
            except TimeoutError:
                continue
            self.wake.clear()

    async def carry_out_due(self, only: int | None = None) -> int:
        """Carry out refunds whose time has come (or the one named); returns how many were tried."""
        at = now()
        async with self._database.hot.acquire() as connection:
            due = await refund_rows.claim_due_refunds(
                connection, at, at + timedelta(seconds=LEASE_SECONDS), BATCH_REFUNDS_MAX, only
            )
        await asyncio.gather(*(self._carry_out(refund) for refund in due))
        return len(due)

    async def _carry_out(self, refund: Refund) -> None:
        try:
            result = await self._ask_provider(refund)
        except Exception as error:
            log.warning("refund failed", refund=refund.refund_id, exc_info=error)
            result = RefundResult(RefundOutcome.UNKNOWN, reason=type(error).__name__)
        async with self._database.hot.acquire() as connection, connection.transaction():
            if result.outcome is RefundOutcome.DONE:
                await refund_rows.complete_refund(connection, refund, result.refund_id)
                await transfer_refund(connection, refund.refund_id)
                log.info("refunded", refund=refund.refund_id, order=refund.order_id)
                return
            is_refused = result.outcome is RefundOutcome.REFUSED
            # A bank takes days over some refunds: waiting for it is no failed attempt.
            is_failed = result.outcome is not RefundOutcome.PENDING
            needs_attention = is_failed and (
                refund.attempts + 1 >= ATTEMPTS_BEFORE_ATTENTION
                or refund.refusals + is_refused >= REFUSALS_BEFORE_ATTENTION
            )
            if needs_attention:
                log.error("refund keeps failing", refund=refund.refund_id, reason=result.reason)
            await refund_rows.postpone_refund(
                connection,
                refund,
                now() + timedelta(seconds=_wait_seconds(refund, result.outcome)),
                result.reason or result.outcome.value,
                is_failed=is_failed,
                is_refused=is_refused,
                needs_attention=needs_attention,
            )

    async def _ask_provider(self, refund: Refund) -> RefundResult:
        if refund.intent_id is None:
            return RefundResult(RefundOutcome.REFUSED, reason="no payment")
        # A refusal is final under its key, so the next try is made under a new one.
        return await self._provider.refund(
            refund_key=f"refund-{refund.refund_id}-{refund.refusals}",
            intent_id=refund.intent_id,
            amount_minor=refund.amount_minor,
            first_tried_at=refund.created_at,
        )


def _undone_parts(order: Order, amount_minor: int) -> Parts:
    """Return what an order that got no tickets gives back: all of it, in every normal case."""
    tickets = [Paid(line.unit) for line in order.lines for _ in range(line.quantity)]
    # Had the provider taken more than was asked for, no part of that would be a fee or VAT.
    return refund_parts(spread(min(amount_minor, order.total_minor), tickets))


def _wait_seconds(refund: Refund, outcome: RefundOutcome) -> float:
    if outcome is RefundOutcome.PENDING:
        return PENDING_SECONDS
    return min(RETRY_SECONDS_FIRST * 2.0**refund.attempts, RETRY_SECONDS_MAX)
