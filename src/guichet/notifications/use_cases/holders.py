"""What an organiser writes to the holders of an event's tickets."""

from datetime import datetime

from guichet.contracts.messages.tickets import HolderMessaged
from guichet.kernel.database import Transaction
from guichet.notifications.domain import TemplateKey
from guichet.notifications.links import order_path
from guichet.notifications.use_cases.telling import (
    Desk,
    Telling,
    buyer_as_person,
    event_context,
    tell,
)


async def holder_messaged(
    transaction: Transaction, desk: Desk, message: HolderMessaged, now: datetime
) -> None:
    """Pass an organiser's message on to one buyer, once."""
    person = await buyer_as_person(transaction, message.buyer)
    is_guest = message.buyer.account_id is None
    telling = Telling(
        TemplateKey.HOLDER_MESSAGE,
        f"{message.message_id}:{message.order_code}",
        person,
        {
            "name": person.name,
            "order_code": message.order_code,
            "event": event_context(message.event),
            "topic": message.topic,
            # Every value of a template is one line.
            "lines": message.body.splitlines(),
            "link": desk.links.order(message.order_code, message.access_token if is_guest else ""),
        },
        path=order_path(message.order_code),
    )
    await tell(transaction, desk, [telling], now)
