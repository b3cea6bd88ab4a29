"""Refunds that the bank returns after they had succeeded: the buyer is owed the money again.

    it comes back    refund `failed`, payment as before it, ledger `refund_failed`, order shown to
                     a person, buyer told; once, whether a message or reconciliation meets it first
    tried again      another refund takes its place, with its tickets, under a key of its own
    paid otherwise   `settled`, with who says so and how: nothing more moves at the provider

Organiser, VAT and credit note stay as the refund left them: what failed is its payment alone, and
`returned_refunds` in the ledger is what buyers are owed for such (ADR 24).
"""

from guichet.kernel.audit import record_hot
from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.logs import logger
from guichet.kernel.outbox import enqueue_hot
from guichet.tickets import auditing, told
from guichet.tickets.attention import REFUSED_REASONS, Attention
from guichet.tickets.domain import Order
from guichet.tickets.giving_back import Right
from guichet.tickets.problems import OrderNotFound
from guichet.tickets.refund_problems import RefundNotFound, RefundNotReturned
from guichet.tickets.refunds import Refunds
from guichet.tickets.refused_refunds import REFUSED, give_up, settle
from guichet.tickets.repository import offers as offer_rows
from guichet.tickets.repository import orders as order_rows
from guichet.tickets.repository import refund_keys as key_rows
from guichet.tickets.repository import returned_refunds as rows
from guichet.tickets.repository.ledger import transfer_failure
from guichet.tickets.repository.provider import flag_order
from guichet.tickets.repository.refund_keys import Done, RefundKey
from guichet.tickets.repository.refunds import Refund
from guichet.tickets.repository.refused_refunds import attention_of, lock_pending_refunds
from guichet.tickets.repository.returned_refunds import Returned
from guichet.tickets.repository.stock import Connection

UNKNOWN_REASON = "unknown"

log = logger(__name__)


async def enter_failure(
    connection: Connection, order: Order, refund_id: int, reason: str | None
) -> bool:
    """Take in that a refund of this order came back; False, and nothing done, the second time.

    The caller has the order locked.
    """
    at = now()
    word = reason or UNKNOWN_REASON
    returned = await rows.fail_refund(connection, refund_id, word, at)
    if returned is None:
        return False
    order_id, amount_minor = order.order_id, returned.amount_minor
    await transfer_failure(connection, refund_id)
    await record_hot(connection, [auditing.refund_failed(order_id, refund_id, amount_minor, word)])
    await flag_order(connection, order_id, Attention.REFUND_FAILED)
    offer = await offer_rows.read_offer(connection, order.event_id)
    if offer is not None:
        await enqueue_hot(connection, [told.refund_failed(order, offer, returned, at)])
    log.error("refund returned by the bank", order=order_id, refund=refund_id, reason=word)
    return True


class ReturnedRefunds:
    """What people do about refunds that came back."""

    def __init__(self, database: Database, refunds: Refunds) -> None:
        self._database = database
        self._refunds = refunds

    async def retry(self, order_id: int, refund_id: int, right: Right, key: RefundKey) -> int:
        """Ask the provider anew; returns the refund that takes the place of this one.

        The same key again gives the same answer and does nothing. Raises `OrderNotFound`,
        `RefundNotFound`, `KeyReused`, or `RefundNotReturned` where the bank did not return it, or
        it was tried again or paid already.
        """
        async with self._database.hot.acquire() as connection, connection.transaction():
            done = await key_rows.claim_key(connection, key, order_id)
            if done is None:
                returned = await _locked(connection, order_id, refund_id)
                done = Done(await _retry(connection, returned, right), [])
                await key_rows.settle_key(connection, key, done)
        if done.refund_id is None:
            raise RefundNotReturned
        await self._refunds.carry_out_due(only=done.refund_id)
        return done.refund_id

    async def settle(self, order_id: int, refund_id: int, right: Right, note: str) -> None:
        """Note that a refund was paid by other means, and how: returned by the bank, or refused.

        Raises `OrderNotFound`, `RefundNotFound` or `RefundNotReturned`.
        """
        async with self._database.hot.acquire() as connection, connection.transaction():
            returned = await _locked(connection, order_id, refund_id, takes_refused=True)
            await settle(connection, returned, right.account_id, note)


async def _locked(
    connection: Connection, order_id: int, refund_id: int, *, takes_refused: bool = False
) -> Returned:
    """Lock the order and return the refund that waits to be paid.

    With `takes_refused` also one that the provider keeps refusing, which is given up.
    """
    if order_id not in await order_rows.lock_orders(connection, [order_id]):
        raise OrderNotFound
    found = await rows.read_returned(connection, order_id, refund_id)
    if found is None:
        raise RefundNotFound
    returned, is_waiting = found
    if is_waiting:
        return returned
    refused = await _refused(connection, order_id, refund_id) if takes_refused else None
    if refused is None:
        raise RefundNotReturned
    return await give_up(connection, refused, REFUSED)


async def _refused(connection: Connection, order_id: int, refund_id: int) -> Refund | None:
    pending = await lock_pending_refunds(connection, order_id)
    if await attention_of(connection, refund_id) not in REFUSED_REASONS:
        return None
    return next((refund for refund in pending if refund.refund_id == refund_id), None)


async def _retry(connection: Connection, returned: Returned, right: Right) -> int:
    refund_id = await rows.insert_retry(connection, returned, right.account_id, now())
    order_id, amount_minor = returned.order_id, returned.amount_minor
    await record_hot(
        connection,
        [
            auditing.refund_retried(order_id, returned.refund_id, refund_id, amount_minor),
            auditing.refund_requested(order_id, refund_id, amount_minor, "retry"),
        ],
    )
    await rows.follow_refunds(connection, order_id)
    log.info("refund tried again", order=order_id, failed=returned.refund_id, refund=refund_id)
    return refund_id
