"""What happens at the provider without our asking: late captures, other refunds, disputes.

Each is looked at there, then stored, entered in the ledger and, where a person has to decide,
shown with the order. Looking twice changes nothing.
"""

import re
from collections.abc import Sequence

from guichet.kernel.audit import record_hot
from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.logs import logger
from guichet.tickets import auditing
from guichet.tickets.attention import Attention
from guichet.tickets.domain import Order
from guichet.tickets.giving_back import TicketBack, paid_for
from guichet.tickets.late_payments import LateOutcome, LatePayments
from guichet.tickets.payments import (
    ProviderBooks,
    ProviderUnclear,
    RefundOutcome,
    SeenDispute,
    SeenRefund,
)
from guichet.tickets.pricing import Paid, Returned, refund_parts, spread
from guichet.tickets.provider_ledger import transfers_of
from guichet.tickets.refunds import Refunds
from guichet.tickets.refused_refunds import settle_by_dispute
from guichet.tickets.repository import orders as order_rows
from guichet.tickets.repository import provider as provider_rows
from guichet.tickets.repository import refunds as refund_rows
from guichet.tickets.repository.ledger import transfer_refund
from guichet.tickets.repository.provider import KnownDispute, OwnRefund
from guichet.tickets.repository.refused_refunds import try_again_after_dispute
from guichet.tickets.repository.returned_refunds import follow_refunds
from guichet.tickets.repository.stock import Connection
from guichet.tickets.returned_refunds import enter_failure

_OWN_REFUND = re.compile(r"refund-([0-9]{1,18})-[0-9]+")
_OWN_ORDER = re.compile(r"order-([0-9]{1,18})")
DISPUTE_OVER = {"won", "lost", "warning_closed", "prevented"}

log = logger(__name__)


class ProviderChanges:
    """Looks at payments, refunds and disputes in the provider's books.

    Every method raises `ProviderUnclear` where the provider gives no answer: ask again later.
    """

    def __init__(
        self, database: Database, books: ProviderBooks, late: LatePayments, refunds: Refunds
    ) -> None:
        self._database = database
        self._books = books
        self._late = late
        self._refunds = refunds

    async def look_at_payment(self, intent_id: str) -> LateOutcome:
        """Take in a payment that was captured for an order of ours that has ended."""
        seen = await self._books.payment(intent_id)
        order_id = None if seen is None else order_id_in(seen.order_key)
        if seen is None or order_id is None:
            return LateOutcome.NOTHING
        outcome = await self._late.take_in(order_id, seen)
        if outcome is LateOutcome.TWICE:
            async with self._database.hot.acquire() as connection:
                await provider_rows.flag_order(connection, order_id, Attention.CHARGED_TWICE)
        return outcome

    async def look_at_refunds(self, intent_id: str) -> int:
        """Compare the refunds of a payment with ours; returns how many were news.

        Those we had not asked for are entered, and so are those that the bank has returned. One
        that has come back before its answer was stored is not known to have been carried out:
        `ProviderUnclear`.
        """
        seen = await self._books.refunds_of(intent_id)
        async with self._database.hot.acquire() as connection, connection.transaction():
            order_id = await order_rows.order_id_of_intent(connection, intent_id)
            if order_id is None:
                return 0
            order = (await order_rows.lock_orders(connection, [order_id]))[order_id]
            own = await provider_rows.own_refunds(connection, order_id, now())
            _check_answered(seen, own)
            strange = [refund for refund in seen if not await _is_own(connection, refund, own)]
            for refund in strange:
                await _enter_outside(connection, order, refund)
            if strange:
                await provider_rows.flag_order(connection, order_id, Attention.REFUNDED_OUTSIDE)
            returned = [
                refund.refund_id
                for refund, reason in _returned(seen, own)
                if await enter_failure(connection, order, refund.refund_id, reason)
            ]
        self._database.outbox_written.set()
        self._refunds.wake.set()
        if strange:
            log.warning("refunded at the provider", order=order_id, refunds=len(strange))
        return len(strange) + len(returned)

    async def look_at_dispute(self, dispute_id: str) -> None:
        """Store a dispute as it stands now, with what it has moved."""
        while True:
            async with self._database.hot.acquire() as connection:
                known = await provider_rows.known_dispute(connection, dispute_id)
            seen = await self._books.dispute(dispute_id)
            # Where another look was stored meanwhile, this one may be the older: it is done anew.
            if seen is None or await self._take_in_dispute(seen, known):
                return

    async def _take_in_dispute(self, seen: SeenDispute, known: KnownDispute | None) -> bool:
        """Store a look; False, and nothing done, where another was stored after `known`."""
        is_over = seen.status in DISPUTE_OVER
        before = known and known.status
        async with self._database.hot.acquire() as connection, connection.transaction():
            order_id = await _order_of(connection, seen)
            closed_at = now() if is_over else None
            if not await provider_rows.save_dispute(connection, seen, order_id, closed_at, known):
                return False
            transfers = [made for moved in seen.movements for made in transfers_of(moved, order_id)]
            await provider_rows.enter_provider_transfers(connection, transfers)
            if before != seen.status:
                await record_hot(connection, [auditing.dispute_changed(seen, order_id, before)])
            if order_id is not None and before != seen.status:
                await order_rows.lock_orders(connection, [order_id])
                await _show_dispute(connection, order_id, seen)
        if is_over:
            self._refunds.wake.set()
        log.warning("payment disputed", order=order_id, dispute=seen.dispute_id, status=seen.status)
        return True


def order_id_in(order_key: str | None) -> int | None:
    """Return the order that a key of ours names, None for any other text."""
    found = _OWN_ORDER.fullmatch(order_key or "")
    return None if found is None else int(found[1])


async def _order_of(connection: Connection, seen: SeenDispute) -> int | None:
    if seen.intent_id is None:
        return None
    return await order_rows.order_id_of_intent(connection, seen.intent_id)


async def _show_dispute(connection: Connection, order_id: int, seen: SeenDispute) -> None:
    if seen.status == "lost":
        await settle_by_dispute(connection, order_id)
        await provider_rows.flag_order(connection, order_id, Attention.DISPUTE_LOST)
    elif seen.status in DISPUTE_OVER:
        await try_again_after_dispute(connection, order_id, Attention.DISPUTED)
        await provider_rows.unflag_order(connection, order_id, Attention.DISPUTED)
        await follow_refunds(connection, order_id)
    else:
        await provider_rows.flag_order(connection, order_id, Attention.DISPUTED)


def _check_answered(seen: Sequence[SeenRefund], own: Sequence[OwnRefund]) -> None:
    asked_for = {refund.refund_id for refund in own if refund.is_asked_for}
    for refund in seen:
        if refund.outcome is RefundOutcome.REFUSED and _named(refund) in asked_for:
            raise ProviderUnclear("a refund has come back, and its first answer is on its way")


def _named(seen: SeenRefund) -> int | None:
    """Return which refund of ours its key names; that says so before its answer has reached us."""
    named = _OWN_REFUND.fullmatch(seen.refund_key or "")
    return None if named is None else int(named[1])


def _returned(
    seen: Sequence[SeenRefund], own: Sequence[OwnRefund]
) -> list[tuple[OwnRefund, str | None]]:
    """Return our refunds that were carried out and came back since, with the provider's word."""
    done = {
        refund.provider_refund_id: refund
        for refund in own
        if refund.provider_refund_id is not None and refund.status == "completed"
    }
    return [
        (done[refund.refund_id], refund.reason)
        for refund in seen
        if refund.outcome is RefundOutcome.REFUSED and refund.refund_id in done
    ]


async def _is_own(connection: Connection, seen: SeenRefund, own: Sequence[OwnRefund]) -> bool:
    """Whether we know this refund, or it moved nothing; ours is asked about."""
    named_id = _named(seen)
    for refund in own:
        if seen.refund_id == refund.provider_refund_id:
            return True
        if refund.refund_id == named_id:
            await provider_rows.wake_refund(connection, refund.refund_id)
            return True
    return seen.outcome is RefundOutcome.REFUSED


async def _enter_outside(connection: Connection, order: Order, seen: SeenRefund) -> None:
    """Enter a refund that somebody made at the provider, as if it were goodwill.

    It is spread over what is left of the order's tickets, so that what is given back of them later
    is that much less, to the cent of its fee and VAT.
    """
    order_id, amount_minor = order.order_id, seen.amount_minor
    tickets = await order_rows.read_order_tickets(connection, order_id)
    returned = await refund_rows.returned_before(connection, [order_id])
    shares = _shares(amount_minor, paid_for(order, tickets, returned))
    parts = refund_parts(shares) if shares else None
    refund_id = await provider_rows.insert_outside_refund(connection, order_id, seen, parts)
    backs = [
        (
            order_id,
            TicketBack(ticket.ticket_id, share.price_minor, share.fee_on_top_minor),
            refund_id,
        )
        for ticket, share in zip(tickets, shares, strict=False)
        if share.amount_minor
    ]
    await refund_rows.insert_backs(connection, backs, seen.created_at, is_cancellation=False)
    await transfer_refund(connection, refund_id)
    await record_hot(
        connection,
        [
            auditing.refund_requested(order_id, refund_id, amount_minor, "outside"),
            auditing.refund_completed(order_id, refund_id, amount_minor),
        ],
    )


def _shares(amount_minor: int, paid: Sequence[Paid]) -> list[Returned]:
    try:
        return spread(amount_minor, paid)
    except ValueError:
        # More than the tickets have left: nobody can say which fee and VAT that is.
        return []
