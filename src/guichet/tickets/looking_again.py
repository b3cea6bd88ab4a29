"""The provider asked now, because somebody says that there is something to find."""

from guichet.kernel.database import Database
from guichet.tickets.domain import Order
from guichet.tickets.purchase import Purchase
from guichet.tickets.repository import orders as order_rows


async def look_again(database: Database, order: Order, purchase: Purchase) -> bool:
    """Have the provider asked now about an order that waits for its buyer; whether it waits."""
    if order.step is None or order.payment is None or order.payment.next_action is None:
        return False
    async with database.hot.acquire() as connection:
        await order_rows.wake_order(connection, order.order_id)
    purchase.runner.wake.set()
    return True
