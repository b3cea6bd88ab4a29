"""Sends signed events until they are answered with 2xx, at least once, in no promised order.

What waits is in the books, and so in the journal; the queue here is bounded and is filled again
from the books when it runs empty.
"""

import asyncio
import hashlib
import heapq
import hmac
import logging
import random
import time
from collections import deque
from collections.abc import Callable, Iterable

import aiohttp
import msgspec

from guichet.sandbox.books import Books, Notice
from guichet.sandbox.journal import Journal
from guichet.sandbox.records import Record
from guichet.sandbox.shapes import Shape, charge_shape, dispute_shape, intent_shape, refund_shape

log = logging.getLogger(__name__)

PARALLEL_MAX = 8
QUEUE_MAX = 20_000
ANSWER_SECONDS_MAX = 10.0
RETRY_SECONDS_MAX = 60.0
GIVE_UP_SECONDS = 3 * 24 * 3600
CONFIRM_SECONDS = 0.2
API_VERSION = "2026-10-28.endive"

HTTP_OK_RANGE = range(200, 300)


def signature(payload: bytes, secret: str, timestamp: int) -> str:
    """Return the `Stripe-Signature` header."""
    signed = str(timestamp).encode() + b"." + payload
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def event_shape(notice: Notice, bank_url: str) -> Shape:
    """Draw an `event` around the object that it is about."""
    event, intent, refund, dispute = notice
    if event.type.startswith("charge.dispute.") and dispute is not None:
        about = dispute_shape(dispute, intent)
    elif event.type.startswith("charge."):
        about = charge_shape(intent, len(intent.attempts))
    elif event.type.startswith("refund.") and refund is not None:
        about = refund_shape(refund, intent)
    else:
        about = intent_shape(intent, bank_url)
    return {
        "id": event.id,
        "object": "event",
        "api_version": API_VERSION,
        "created": event.created,
        "data": {"object": about},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": event.idempotency_key},
        "type": event.type,
    }


class Webhooks:
    """The sender. Without a secret it sends nothing, since nobody could verify it."""

    def __init__(
        self,
        books: Books,
        journal: Journal,
        *,
        url: str,
        secret: str,
        bank_url: str,
        clock: Callable[[], float] = time.time,
        retry_seconds: float = 0.5,
    ) -> None:
        """`retry_seconds` is the first pause after a failure; it doubles up to a minute."""
        self._books = books
        self._journal = journal
        self._url = url
        self._secret = secret
        self._bank_url = bank_url
        self._clock = clock
        self._retry_seconds = retry_seconds
        self._ready: deque[tuple[str, int]] = deque()
        self._later: list[tuple[float, str, int]] = []
        self._queued: set[str] = set()
        self._held: dict[int, list[str]] = {}
        self._delivered: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._session: aiohttp.ClientSession | None = None
        self._reachable = True

    @property
    def enabled(self) -> bool:
        """Whether events are to be sent at all."""
        return bool(self._secret and self._url)

    def queue(self, event_ids: Iterable[str]) -> None:
        """Send these soon. What exceeds the queue's bound waits in the books."""
        for event_id in event_ids:
            if event_id not in self._queued and len(self._queued) < QUEUE_MAX:
                self._queued.add(event_id)
                self._ready.append((event_id, 0))
        self._wake.set()

    def hold(self, intent_number: int, event_ids: Iterable[str]) -> None:
        """Keep these back until `release`."""
        held = list(event_ids)
        self._queued.update(held)
        self._held.setdefault(intent_number, []).extend(held)

    def holds(self, intent_number: int) -> bool:
        """Whether something is kept back for a payment."""
        return intent_number in self._held

    def release(self, intent_number: int) -> None:
        """Send what was kept back for a payment."""
        held = self._held.pop(intent_number, [])
        self._queued.difference_update(held)
        self.queue(held)

    def forget(self, event_ids: Iterable[str]) -> None:
        """Never send these."""
        unwanted = list(event_ids)
        self._queued.update(unwanted)
        self._delivered.extend(unwanted)

    async def send_now(self, event_ids: Iterable[str], copies: int = 1) -> None:
        """Send these at once, `copies` times in parallel, and wait; failures are tried again."""
        for event_id in event_ids:
            self._queued.add(event_id)
            tries = (self._send(event_id) for _ in range(copies))
            if any(await asyncio.gather(*tries)):
                self._done(event_id)
            else:
                self._again(event_id, 0)

    def send_soon(self, event_ids: Iterable[str], copies: int) -> None:
        """Send these `copies` times in parallel, without waiting."""
        task = asyncio.create_task(self.send_now(list(event_ids), copies))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def run(self) -> None:
        """Deliver until cancelled, beginning with what an earlier run left behind."""
        if not self.enabled:
            return
        connector = aiohttp.TCPConnector(limit=4 * PARALLEL_MAX)
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS_MAX)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            self._session = session
            async with asyncio.TaskGroup() as tasks:
                for _ in range(PARALLEL_MAX):
                    tasks.create_task(self._deliver())
                tasks.create_task(self._keep_time())

    async def _deliver(self) -> None:
        while True:
            while not self._ready:
                self._wake.clear()
                await self._wake.wait()
            event_id, tries = self._ready.popleft()
            if await self._send(event_id):
                self._done(event_id)
            else:
                self._again(event_id, tries)

    async def _keep_time(self) -> None:
        """Bring back what is to be tried again, note what arrived, refill an empty queue."""
        while True:
            now = time.monotonic()
            while self._later and self._later[0][0] <= now:
                _, event_id, tries = heapq.heappop(self._later)
                self._ready.append((event_id, tries))
            if len(self._queued) < QUEUE_MAX // 2 and len(self._books.notices) > len(self._queued):
                self.queue(list(self._books.notices))
            if self._ready:
                self._wake.set()
            self.note_delivered()
            await asyncio.sleep(CONFIRM_SECONDS)

    async def _send(self, event_id: str) -> bool:
        """Try once; whether it needs no further try."""
        notice = self._books.notices.get(event_id)
        if notice is None or self._session is None:
            return notice is None
        now = self._clock()
        if now - notice.event.created > GIVE_UP_SECONDS:
            return True
        payload = msgspec.json.encode(event_shape(notice, self._bank_url))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(payload, self._secret, int(now)),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        try:
            async with self._session.post(
                self._url, data=payload, headers=headers, allow_redirects=False
            ) as answer:
                accepted = answer.status in HTTP_OK_RANGE
                reason = f"status {answer.status}"
        except (aiohttp.ClientError, OSError) as error:
            accepted, reason = False, type(error).__name__
        if accepted != self._reachable:
            # Said once, not for each of thousands of events.
            log.warning("webhooks are %s", "accepted again" if accepted else f"refused: {reason}")
            self._reachable = accepted
        return accepted

    def _again(self, event_id: str, tries: int) -> None:
        pause = min(RETRY_SECONDS_MAX, self._retry_seconds * 2**tries)
        # The jitter keeps thousands of failed events from coming back at the same moment.
        pause *= random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, protects nothing
        heapq.heappush(self._later, (time.monotonic() + pause, event_id, min(tries + 1, 16)))

    def _done(self, event_id: str) -> None:
        self._delivered.append(event_id)

    def note_delivered(self) -> None:
        """Write down what arrived, for many events at a time."""
        if not self._delivered:
            return
        record = Record(delivered=tuple(self._delivered))
        try:
            self._journal.append(record)
        except OSError:
            log.exception("deliveries could not be noted; they will be repeated after a restart")
        self._books.apply(record)
        self._queued.difference_update(self._delivered)
        self._delivered.clear()
