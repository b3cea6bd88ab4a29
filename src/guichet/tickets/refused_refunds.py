"""Refunds that the provider refuses for good: paid by the bank, or by other means.

    a dispute is open     the provider refuses every refund of the payment: it waits for the end
    the dispute is won    the refund is tried again at once
    the dispute is lost   the bank has paid the buyer: what the refund was to give back is settled
    refused otherwise     a person may note by what other means it was paid

To ledger, documents and reports such a refund was carried out, came back in the same moment and was
settled (ADR 24): the sale is undone, and nothing has moved at the provider.
"""

from guichet.kernel.audit import record_hot
from guichet.kernel.clock import now
from guichet.kernel.logs import logger
from guichet.tickets import auditing
from guichet.tickets.repository import refunds as refund_rows
from guichet.tickets.repository import refused_refunds as rows
from guichet.tickets.repository import returned_refunds as returned_rows
from guichet.tickets.repository.ledger import (
    transfer_failure,
    transfer_refund,
    transfer_settlement,
)
from guichet.tickets.repository.refunds import Refund
from guichet.tickets.repository.returned_refunds import Returned
from guichet.tickets.repository.stock import Connection

CHARGE_DISPUTED = "charge_disputed"
"""The provider's word for a refund of a payment that a bank contests or has taken back."""
REFUSED = "refused"

log = logger(__name__)


async def settle_by_dispute(
    connection: Connection, order_id: int, own_id: int | None = None
) -> int:
    """Settle what an order is still to give back, as far as lost disputes have given it back.

    `own_id` is the refund that the caller has just been refused. Returns how many refunds that
    ended; the caller has the order locked.
    """
    left_minor = await rows.left_of_disputes(connection, order_id, CHARGE_DISPUTED)
    ended = 0
    for refund in await rows.lock_pending_refunds(connection, order_id, own_id):
        if refund.amount_minor <= left_minor:
            left_minor -= refund.amount_minor
            returned = await give_up(connection, refund, CHARGE_DISPUTED)
            await settle(connection, returned, None, CHARGE_DISPUTED)
            ended += 1
    return ended


async def give_up(connection: Connection, refund: Refund, why: str) -> Returned:
    """Take a refund that the provider refuses in as one that came back in the same moment.

    `why` is a stable word. The caller has the order locked, and settles it.
    """
    await refund_rows.complete_refund(connection, refund, None)
    await transfer_refund(connection, refund.refund_id)
    returned = await returned_rows.fail_refund(connection, refund.refund_id, why, now())
    if returned is None:
        raise ValueError("the refund is not pending")
    await transfer_failure(connection, refund.refund_id)
    failed = auditing.refund_failed(refund.order_id, refund.refund_id, refund.amount_minor, why)
    await record_hot(connection, [failed])
    log.warning("refund given up", order=refund.order_id, refund=refund.refund_id, reason=why)
    return returned


async def settle(connection: Connection, returned: Returned, by: int | None, note: str) -> None:
    """Note that a returned refund was paid by other means, by whom (None: a bank) and how."""
    order_id, refund_id = returned.order_id, returned.refund_id
    await returned_rows.settle_refund(connection, returned, by, note, now())
    await transfer_settlement(connection, refund_id)
    settled = auditing.refund_settled(order_id, refund_id, returned.amount_minor, note)
    await record_hot(connection, [settled])
    await returned_rows.follow_refunds(connection, order_id)
    log.info("refund paid by other means", order=order_id, refund=refund_id)
