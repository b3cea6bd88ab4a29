"""What organisers write to the holders of their event's tickets: one mail to each buyer.

Who is told is fixed when the message is written. A worker then tells them in small commits, each
with the messages that it tells of, so that a crash neither skips a buyer nor tells one twice.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from guichet.contracts.messages.tickets import HolderMessaged
from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.logs import logger
from guichet.kernel.outbox import Message, enqueue_hot
from guichet.tickets import told
from guichet.tickets.codes import order_code
from guichet.tickets.domain import Offer, Order
from guichet.tickets.links import OrderLinks
from guichet.tickets.problems import EventNotFound, KeyReused, MessagedTooOften, TicketTypeNotFound
from guichet.tickets.repository import holder_messages as rows
from guichet.tickets.repository import offers as offer_rows
from guichet.tickets.repository.holder_messages import HolderMessage, Writing
from guichet.tickets.repository.stock import Connection

MESSAGES_MAX = 3
MESSAGES_WITHIN = timedelta(days=1)
TOLD_AT_ONCE = 100
LISTED_MAX = 100

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a message would go to; `messages_left` may be written before `next_at`."""

    recipients: int
    messages_left: int
    next_at: datetime | None


class HolderMessages:
    """Takes messages and tells the holders; one for each process."""

    def __init__(self, database: Database, links: OrderLinks) -> None:
        self._database = database
        self._links = links

    async def write(self, writing: Writing) -> HolderMessage:
        """Take a message for the holders; whoever buys later is not told.

        Raises `EventNotFound`, `TicketTypeNotFound`, `KeyReused`, or `MessagedTooOften` after
        three messages within a day.
        """
        at = now()
        async with self._database.hot.acquire() as connection, connection.transaction():
            await offer_rows.one_at_a_time(connection, writing.event_id)
            if writing.key is not None:
                known = await rows.by_key(connection, writing.event_id, writing.key)
                if known is not None:
                    return _same(known, writing)
            await _check_types(connection, writing.event_id, writing.ticket_type_ids)
            times, first_at = await rows.written_since(
                connection, writing.event_id, at - MESSAGES_WITHIN
            )
            if times >= MESSAGES_MAX and first_at is not None:
                wait = (first_at + MESSAGES_WITHIN - at).total_seconds()
                raise MessagedTooOften(retry_after_seconds=max(1, math.ceil(wait)))
            message_id = await rows.add(connection, writing, at)
            return await rows.by_id(connection, message_id)

    async def reach(self, event_id: int, ticket_type_ids: Sequence[int] | None) -> Reach:
        """Return how many buyers a message would go to now, and whether one may be written.

        Raises `EventNotFound`, `TicketTypeNotFound`.
        """
        async with self._database.hot.acquire() as connection:
            await _check_types(connection, event_id, ticket_type_ids)
            since = now() - MESSAGES_WITHIN
            times, first_at = await rows.written_since(connection, event_id, since)
            recipients = await rows.count_buyers(connection, event_id, ticket_type_ids)
        left = max(0, MESSAGES_MAX - times)
        next_at = None if left or first_at is None else first_at + MESSAGES_WITHIN
        return Reach(recipients, left, next_at)

    async def of_event(self, event_id: int) -> list[HolderMessage]:
        """Return the messages to an event's holders, newest first, with how far they are."""
        async with self._database.hot.acquire() as connection:
            return await rows.of_event(connection, event_id, LISTED_MAX)

    async def tell_some(self) -> int:
        """Tell the next recipients of the oldest unfinished message; return how many were told."""
        at = now()
        async with self._database.hot.acquire() as connection, connection.transaction():
            message = await rows.lock_unfinished(connection)
            if message is None:
                return 0
            order_ids = await rows.tell_next(connection, message.message_id, at, TOLD_AT_ONCE)
            await enqueue_hot(connection, await self._told(connection, message, order_ids))
            if len(order_ids) < TOLD_AT_ONCE:
                await rows.finish(connection, message.message_id, at)
                log.info("holders told", message=message.message_id, number=message.recipients)
        self._database.outbox_written.set()
        return len(order_ids)

    async def tell_all(self) -> None:
        """Tell everybody who waits for a message. A worker repeats this."""
        while await self.tell_some():
            pass

    async def _told(
        self, connection: Connection, message: HolderMessage, order_ids: Sequence[int]
    ) -> list[Message]:
        offer = await offer_rows.read_offer(connection, message.event_id)
        found = await rows.orders_to_tell(connection, order_ids)
        return [
            self._message(message, offer, order)
            for order in found
            # Whoever was deleted since has no address any more.
            if offer is not None and order.buyer.email
        ]

    def _message(self, message: HolderMessage, offer: Offer, order: Order) -> HolderMessaged:
        return HolderMessaged(
            message_id=message.message_id,
            order_code=order_code(order.order_id),
            buyer=told.buyer_told(order.buyer),
            event=told.event_told(offer),
            topic=message.topic,
            body=message.body,
            access_token=self._links.token(order.order_id, order.access_version),
            occurred_at=message.created_at,
        )


def _same(known: HolderMessage, writing: Writing) -> HolderMessage:
    if known.fingerprint != writing.fingerprint:
        raise KeyReused
    return known


async def _check_types(
    connection: Connection, event_id: int, ticket_type_ids: Sequence[int] | None
) -> None:
    offer = await offer_rows.read_offer(connection, event_id)
    if offer is None:
        raise EventNotFound
    if not set(ticket_type_ids or ()) <= offer.stock.keys():
        raise TicketTypeNotFound
