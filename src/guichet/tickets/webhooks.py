"""The provider's messages come in: stored once, answered at once, handled by the inbox's worker.

What happened is asked of the provider, never believed from the message: messages come late, twice
and in the wrong order.
"""

from guichet.kernel.database import Database
from guichet.kernel.logs import logger
from guichet.tickets.domain import Order
from guichet.tickets.payments import WebhookEvent
from guichet.tickets.purchase import Purchase
from guichet.tickets.repository import orders as order_rows
from guichet.tickets.repository import webhooks as webhook_rows
from guichet.tickets.webhook_inbox import WebhookInbox

log = logger(__name__)


async def receive(database: Database, event: WebhookEvent, inbox: WebhookInbox) -> None:
    """Store a verified message and wake the worker; a repetition changes nothing."""
    async with database.hot.acquire() as connection:
        is_new = await webhook_rows.insert_message(connection, event)
    if is_new:
        log.info("webhook", kind=event.kind, payment=event.intent_id)
        inbox.wake.set()


async def look_again(database: Database, order: Order, purchase: Purchase) -> bool:
    """Have the provider asked now about an order that waits for its buyer; whether it waits."""
    if order.step is None or order.payment is None or order.payment.next_action is None:
        return False
    async with database.hot.acquire() as connection:
        await order_rows.wake_order(connection, order.order_id)
    purchase.runner.wake.set()
    return True
