"""Messages in."""

from collections.abc import Callable
from typing import Any

from guichet.contracts.messages.auth import AccountDeleted, EmailVerified
from guichet.contracts.messages.events import (
    EventCancelled,
    EventPublished,
    EventRescheduled,
    EventUpdated,
)
from guichet.kernel.database import Transaction, raw_connection
from guichet.kernel.inbox import Consumer
from guichet.tickets import people
from guichet.tickets.catalogue import apply
from guichet.tickets.event_refunds import start_for_cancelled
from guichet.tickets.links import OrderLinks

EventMessage = EventPublished | EventUpdated | EventRescheduled


def consumers(links_of: Callable[[], OrderLinks]) -> list[Consumer[Any]]:
    """Return what tickets does with messages; `links_of` is asked once the service runs."""

    async def apply_snapshot(transaction: Transaction, message: EventMessage) -> None:
        await apply(await raw_connection(transaction), message.event, is_strict=False)

    async def apply_cancellation(transaction: Transaction, message: EventCancelled) -> None:
        connection = await raw_connection(transaction)
        await apply(connection, message.event, is_strict=False)
        await start_for_cancelled(connection, message.event.event_id, message.reason)

    async def claim(transaction: Transaction, message: EmailVerified) -> None:
        await people.claim_guest_orders(transaction, message, links_of())

    return [
        Consumer(EventPublished, apply_snapshot),
        Consumer(EventUpdated, apply_snapshot),
        Consumer(EventRescheduled, apply_snapshot),
        Consumer(EventCancelled, apply_cancellation),
        Consumer(EmailVerified, claim),
        Consumer(AccountDeleted, people.forget_person),
    ]
