"""The provider's messages: stored once and answered at once, then handled once, in any order.

What happened is asked of the provider, never believed from the message: messages come late, twice
and in the wrong order. One whose handling fails is tried again.

about                                   what is done
a payment whose order is under way      the order's saga is woken, and asks the provider
a payment of an order that has ended    looked at, where it says that money was taken
a refund                                our own is asked about, and taken in where it came back;
                                        another is entered in the books
a dispute                               looked at, stored, entered, its order shown to a person
anything else                           nothing
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from guichet.kernel.batching import BatchWriter
from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.logs import logger
from guichet.tickets.payments import WebhookEvent
from guichet.tickets.provider_changes import ProviderChanges
from guichet.tickets.purchase import Purchase
from guichet.tickets.repository import webhooks as webhook_rows
from guichet.tickets.repository.webhooks import StoredMessage

BATCH_MAX = 100
AT_ONCE_MAX = 8
LEASE_SECONDS = 60
IDLE_SECONDS = 1.0
RETRY_SECONDS_FIRST = 1.0
RETRY_SECONDS_MAX = 300.0
ATTEMPTS_BEFORE_ATTENTION = 6
ERROR_LENGTH_MAX = 500
TAKEN = "payment_intent.succeeded"
REFUNDS = ("charge.refund.", "charge.refunded", "refund.")

log = logger(__name__)


class WebhookInbox:
    """The worker on the provider's messages; any number of replicas may run one."""

    def __init__(self, database: Database, changes: ProviderChanges, purchase: Purchase) -> None:
        self._database = database
        self._changes = changes
        self._purchase = purchase
        self._room = asyncio.Semaphore(AT_ONCE_MAX)
        self._receives = BatchWriter[WebhookEvent, bool](self._store)
        self.wake = asyncio.Event()

    async def receive(self, event: WebhookEvent) -> None:
        """Store a verified message and wake the worker; a repetition changes nothing."""
        if await self._receives.submit(event):
            log.info("webhook", kind=event.kind, payment=event.intent_id)
            self.wake.set()

    async def _store(self, events: Sequence[WebhookEvent]) -> list[bool | Exception]:
        async with self._database.hot.acquire() as connection:
            fresh = await webhook_rows.insert_messages(connection, events)
        return [event.event_id in fresh for event in events]

    async def run(self) -> None:
        """Handle messages for ever; a worker runs this."""
        while True:
            self.wake.clear()
            if await self.handle_due():
                continue
            try:
                await asyncio.wait_for(self.wake.wait(), IDLE_SECONDS)
            except TimeoutError:
                continue

    async def handle_due(self) -> int:
        """Handle messages whose time has come; returns how many there were."""
        at = now()
        async with self._database.hot.acquire() as connection:
            due = await webhook_rows.claim_waiting(
                connection, at, at + timedelta(seconds=LEASE_SECONDS), BATCH_MAX
            )
        to_look_at = [message for message in due if needs_a_look(message)]
        await self._wake_orders([message for message in due if not needs_a_look(message)])
        await asyncio.gather(*(self._handle(message) for message in to_look_at))
        return len(due)

    async def _wake_orders(self, messages: Sequence[StoredMessage]) -> None:
        """Handle at once all that are no more than a hint to a saga that waits."""
        if not messages:
            return
        waiting = [m.order_id for m in messages if m.order_id is not None and m.step is not None]
        async with self._database.hot.acquire() as connection, connection.transaction():
            await webhook_rows.wake_orders(connection, waiting)
            await webhook_rows.finish_messages(connection, [m.event_id for m in messages])
        if waiting:
            self._purchase.runner.wake.set()

    async def _handle(self, message: StoredMessage) -> None:
        try:
            async with self._room:
                await self._look(message)
        except Exception as error:
            await self._postpone(message, error)
            return
        async with self._database.hot.acquire() as connection:
            await webhook_rows.finish_messages(connection, [message.event_id])

    async def _look(self, message: StoredMessage) -> None:
        if message.dispute_id is not None:
            await self._changes.look_at_dispute(message.dispute_id)
        elif message.intent_id is not None and message.kind == TAKEN:
            await self._changes.look_at_payment(message.intent_id)
        elif message.intent_id is not None:
            await self._changes.look_at_refunds(message.intent_id)

    async def _postpone(self, message: StoredMessage, error: Exception) -> None:
        attempts = message.attempts + 1
        is_stuck = attempts >= ATTEMPTS_BEFORE_ATTENTION
        say = log.error if is_stuck else log.warning
        say("webhook not handled yet", message=message.event_id, kind=message.kind, exc_info=error)
        wait_seconds = min(
            RETRY_SECONDS_FIRST * 2.0 ** min(message.attempts, 16), RETRY_SECONDS_MAX
        )
        async with self._database.hot.acquire() as connection:
            await webhook_rows.postpone_message(
                connection,
                message.event_id,
                now() + timedelta(seconds=wait_seconds),
                f"{type(error).__name__}: {error}"[:ERROR_LENGTH_MAX],
                needs_attention=is_stuck,
            )


def needs_a_look(message: StoredMessage) -> bool:
    """Whether the provider has to be asked here, because no saga will ask it."""
    if message.kind.startswith("charge.dispute."):
        return message.dispute_id is not None
    if message.kind.startswith(REFUNDS):
        return message.intent_id is not None
    if message.kind != TAKEN or message.step is not None or message.order_id is None:
        return False
    # Ours, and ended: unless this very capture is known, money was taken too late or twice.
    return not message.captured_minor or message.intent_id != message.known_intent_id
