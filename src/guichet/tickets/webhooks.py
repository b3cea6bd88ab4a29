"""The provider's messages: stored once, then taken as a hint to look at the order again."""

from guichet.kernel.database import Database
from guichet.kernel.logs import logger
from guichet.tickets.domain import Order
from guichet.tickets.payments import WebhookEvent
from guichet.tickets.purchase import Purchase
from guichet.tickets.refunds import Refunds
from guichet.tickets.repository import orders as order_rows

log = logger(__name__)


async def handle(
    database: Database, event: WebhookEvent, purchase: Purchase, refunds: Refunds
) -> None:
    """Store a verified message and wake the order it is about; a repetition changes nothing.

    What happened is asked of the provider, never believed from the message: messages come late,
    twice and in the wrong order.
    """
    async with database.hot.acquire() as connection, connection.transaction():
        is_new = await order_rows.insert_webhook_event(
            connection, event.event_id, event.kind, event.intent_id
        )
        if not is_new:
            return
        order_id = await _order_id(connection, event)
        if order_id is not None:
            await order_rows.wake_order(connection, order_id)
    log.info("webhook", kind=event.kind, order=order_id)
    purchase.runner.wake.set()
    refunds.wake.set()


async def look_again(database: Database, order: Order, purchase: Purchase) -> bool:
    """Have the provider asked now about an order that waits for its buyer; whether it waits."""
    if order.step is None or order.payment is None or order.payment.next_action is None:
        return False
    async with database.hot.acquire() as connection:
        await order_rows.wake_order(connection, order.order_id)
    purchase.runner.wake.set()
    return True


async def _order_id(connection: order_rows.Connection, event: WebhookEvent) -> int | None:
    if event.intent_id:
        found = await order_rows.order_id_of_intent(connection, event.intent_id)
        if found is not None:
            return found
    # The webhook may overtake the answer to the charge: then only our own key names the order.
    key = event.order_key or ""
    number = key.removeprefix("order-")
    return int(number) if key.startswith("order-") and number.isdigit() else None
