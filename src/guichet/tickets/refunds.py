"""Giving money back: a refund is stored with its cause, and carried out until it is done.

    what the provider says      what follows
    done                        the refund is completed, with its entry in the ledger
    done, but paid otherwise    while its answer was late: a person is told
    under way at the bank       asked again; no failure
    no clear answer             the same key again, later and later: it may have happened
    its balance is too low      waits, under a new key, until there is balance; no failure
    refused                     tried again under a new key, since a refusal ends the old one
    a bank contests it          waits for the dispute's end, which may settle it (`refused_refunds`)

After several failures a person is told why, in a sentence; the tries go on all the same.
"""

import asyncio
from datetime import datetime, timedelta

from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.logs import logger
from guichet.tickets.attention import Attention
from guichet.tickets.domain import Order
from guichet.tickets.payments import PaymentProvider, RefundOutcome, RefundResult
from guichet.tickets.pricing import Paid, Parts, refund_parts, spread
from guichet.tickets.refused_refunds import CHARGE_DISPUTED, settle_by_dispute
from guichet.tickets.repository import orders as order_rows
from guichet.tickets.repository import refunds as refund_rows
from guichet.tickets.repository.ledger import transfer_refund
from guichet.tickets.repository.provider import flag_order
from guichet.tickets.repository.refunds import NewRefund, Postponed, Refund
from guichet.tickets.repository.stock import Connection

LEASE_SECONDS = 30
AT_ONCE_MAX = 8
"""Few enough that a whole event's refunds leave the database and the provider to the buyers."""
IDLE_SECONDS = 1.0
PENDING_SECONDS = 30.0
RETRY_SECONDS_FIRST = 1.0
RETRY_SECONDS_MAX = 300.0
BALANCE_SECONDS_MAX = 60.0
DISPUTE_SECONDS = 3600.0
"""The dispute's end lets the refund be tried at once; this is for where its message is lost."""
ATTEMPTS_BEFORE_ATTENTION = 8
REFUSALS_BEFORE_ATTENTION = 5
WAITS_BEFORE_ATTENTION = 5
BALANCE_TOO_LOW = "balance_insufficient"

log = logger(__name__)


class Refunds:
    """Carries out refunds; any number of replicas may."""

    def __init__(self, database: Database, provider: PaymentProvider) -> None:
        self._database = database
        self._provider = provider
        self.wake = asyncio.Event()

    async def request_whole(self, order: Order) -> None:
        """Have all that was captured for an order given back; asking again changes nothing."""
        async with self._database.hot.acquire() as connection, connection.transaction():
            await order_rows.lock_orders(connection, [order.order_id])
            left = await refund_rows.left_to_refund(connection, [order.order_id])
            missing = left.get(order.order_id, 0)
            if missing > 0:
                await refund_rows.insert_refunds(
                    connection,
                    [
                        NewRefund(
                            order.order_id,
                            missing,
                            order.failure or "undone",
                            _undone_parts(order, missing),
                            kind="undone",
                        )
                    ],
                    now(),
                )
        self.wake.set()

    async def run(self) -> None:
        """Carry out refunds for ever, some at once; a worker runs this."""
        under_way: set[asyncio.Task[None]] = set()
        try:
            while True:
                self.wake.clear()
                room = AT_ONCE_MAX - len(under_way)
                due = await self._claim(room)
                under_way |= {asyncio.create_task(self._carry_out(refund)) for refund in due}
                under_way -= await self._next_moment(under_way, is_full=len(due) == room)
        finally:
            for task in under_way:
                task.cancel()

    async def _next_moment(
        self, under_way: set[asyncio.Task[None]], *, is_full: bool
    ) -> set[asyncio.Task[None]]:
        """Wait until there is room or news; return what has ended meanwhile."""
        news = asyncio.create_task(self.wake.wait())
        try:
            wanted: set[asyncio.Task[object]] = {*under_way} if is_full else {*under_way, news}
            await asyncio.wait(wanted, timeout=IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()
        return {task for task in under_way if task.done()}

    async def carry_out_due(self, only: int | None = None) -> int:
        """Carry out refunds whose time has come (or the one named); returns how many were tried."""
        due = await self._claim(AT_ONCE_MAX, only)
        await asyncio.gather(*(self._carry_out(refund) for refund in due))
        return len(due)

    async def _claim(self, limit: int, only: int | None = None) -> list[Refund]:
        at = now()
        async with self._database.hot.acquire() as connection:
            return await refund_rows.claim_due_refunds(
                connection, at, at + timedelta(seconds=LEASE_SECONDS), limit, only
            )

    async def _carry_out(self, refund: Refund) -> None:
        try:
            result = await self._ask_provider(refund)
        except Exception as error:
            log.warning("refund failed", refund=refund.refund_id, exc_info=error)
            result = RefundResult(RefundOutcome.UNKNOWN, reason=type(error).__name__)
        async with self._database.hot.acquire() as connection, connection.transaction():
            await refund_rows.lock_order_of_refund(connection, refund)
            if result.outcome is RefundOutcome.DONE:
                await _take_in(connection, refund, result.refund_id)
                return
            if result.reason == CHARGE_DISPUTED:
                await settle_by_dispute(connection, refund.order_id, refund.refund_id)
            why = postponed(refund, result, now())
            if why.attention_reason is not None:
                log.error("refund keeps failing", refund=refund.refund_id, reason=result.reason)
            await refund_rows.postpone_refund(connection, refund, why)

    async def _ask_provider(self, refund: Refund) -> RefundResult:
        if refund.intent_id is None:
            return RefundResult(RefundOutcome.REFUSED, reason="no payment")
        return await self._provider.refund(
            refund_key=key_of(refund),
            intent_id=refund.intent_id,
            amount_minor=refund.amount_minor,
            first_tried_at=refund.created_at,
        )


async def _take_in(connection: Connection, refund: Refund, provider_refund_id: str | None) -> None:
    """Enter a refund that the provider has carried out; the caller has the order locked.

    Its lease may have ended meanwhile: somebody else may have entered the same, or that it was paid
    by other means, which makes two payments of it.
    """
    refund_id, order_id = refund.refund_id, refund.order_id
    if await refund_rows.complete_refund(connection, refund, provider_refund_id):
        await transfer_refund(connection, refund_id)
        log.info("refunded", refund=refund_id, order=order_id)
    elif await refund_rows.provider_refund_of(connection, refund_id) != provider_refund_id:
        await flag_order(connection, order_id, Attention.REFUNDED_TWICE)
        log.error("refunded twice", refund=refund_id, order=order_id, made=provider_refund_id)


def _undone_parts(order: Order, amount_minor: int) -> Parts:
    """Return what an order that got no tickets gives back: all of it, in every normal case."""
    tickets = [Paid(line.unit) for line in order.lines for _ in range(line.quantity)]
    # Had the provider taken more than was asked for, no part of that would be a fee or VAT.
    return refund_parts(spread(min(amount_minor, order.total_minor), tickets))


def key_of(refund: Refund) -> str:
    """Return the key under which the provider is asked: a new one after each final refusal."""
    return f"refund-{refund.refund_id}-{refund.refusals + refund.waits}"


def postponed(refund: Refund, result: RefundResult, at: datetime) -> Postponed:
    """Return what an answer that is not done counts as, and when to ask again."""
    error = result.reason or result.outcome.value
    if result.outcome is RefundOutcome.PENDING:
        # A bank takes days over some refunds: waiting for it is no failed attempt.
        return Postponed(at + timedelta(seconds=PENDING_SECONDS), error)
    is_refused = result.outcome is RefundOutcome.REFUSED
    if is_refused and result.reason == CHARGE_DISPUTED:
        return Postponed(
            at + timedelta(seconds=DISPUTE_SECONDS),
            error,
            is_refused=True,
            attention_reason=Attention.DISPUTED,
        )
    if is_refused and result.reason == BALANCE_TOO_LOW:
        is_long = refund.waits + 1 >= WAITS_BEFORE_ATTENTION
        return Postponed(
            at + timedelta(seconds=_backoff(refund.waits, BALANCE_SECONDS_MAX)),
            error,
            is_waiting=True,
            attention_reason=Attention.BALANCE_INSUFFICIENT if is_long else None,
        )
    reason = None
    if refund.refusals + is_refused >= REFUSALS_BEFORE_ATTENTION:
        reason = Attention.REFUND_REFUSED
    elif refund.attempts + 1 >= ATTEMPTS_BEFORE_ATTENTION:
        reason = Attention.REFUND_UNANSWERED
    return Postponed(
        at + timedelta(seconds=_backoff(refund.attempts, RETRY_SECONDS_MAX)),
        error,
        is_failed=True,
        is_refused=is_refused,
        attention_reason=reason,
    )


def _backoff(times: int, seconds_max: float) -> float:
    return min(RETRY_SECONDS_FIRST * 2.0 ** min(times, 16), seconds_max)
