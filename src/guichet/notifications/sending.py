"""The workers that hand deliveries over: several at a time, never one delivery twice at a time.

A server that is not there stops its line: nothing is claimed, nothing loses an attempt, and a
probe every few seconds opens the line again. The first delivery after that goes alone.
"""

import asyncio
import random
from email.utils import parseaddr
from typing import Final, Protocol

from prometheus_client import Counter

from guichet.kernel.clock import now
from guichet.kernel.context import request_id
from guichet.kernel.database import Database
from guichet.kernel.http_client import RemoteUnreachable
from guichet.kernel.logs import logger
from guichet.kernel.workers import is_told_to_end
from guichet.notifications.channels import EmailChannel, Refused, SmsChannel, Unreachable
from guichet.notifications.domain import SEND_SECONDS_MAX, Channel
from guichet.notifications.preparing import Preparer
from guichet.notifications.repository.deliveries import Claimed
from guichet.notifications.use_cases import deliveries

IDLE_SECONDS: Final = 1.0
PROBE_SECONDS_FIRST: Final = 1.0
PROBE_SECONDS_MAX: Final = 15.0
"""So a server that comes back finds the queue moving within half a minute."""
STOP_SECONDS_MAX: Final = 1.2
"""What is being handed over at the end may finish; the workers have two seconds to stop."""

DELIVERIES = Counter(
    "guichet_deliveries_total",
    "Attempts to deliver, by channel and outcome.",
    ["channel", "outcome"],
)

log = logger(__name__)


class Way(Protocol):
    """A way out, from a claimed delivery to the server's answer."""

    async def send(self, claimed: Claimed) -> str:
        """Prepare and hand over; `Unreachable`: the server's trouble, all else is the mail's."""
        ...

    async def probe(self) -> None:
        """Return where the server answers again, raise `Unreachable` otherwise."""
        ...

    async def rest(self) -> None:
        """Let go of connections while there is nothing to do."""
        ...


class EmailWay:
    """Renders, attaches, composes, and sends by SMTP."""

    def __init__(self, preparer: Preparer, channel: EmailChannel) -> None:
        self._preparer = preparer
        self._channel = channel
        self._sender = parseaddr(preparer.mail_from)[1]
        self.probe = channel.probe
        self.rest = channel.rest

    async def send(self, claimed: Claimed) -> str:
        """Send as `Way` says."""
        message = await self._preparer.mail(claimed)
        return await self._channel.send(message, self._sender, claimed.address)


class SmsWay:
    """Renders the short text, and sends it by the SMS provider."""

    def __init__(self, preparer: Preparer, channel: SmsChannel) -> None:
        self._preparer = preparer
        self._channel = channel
        self.probe = channel.probe

    async def send(self, claimed: Claimed) -> str:
        """Send as `Way` says."""
        rendered = await self._preparer.rendered(claimed)
        return await self._channel.send(claimed.address, rendered.sms, claimed.message_id)

    async def rest(self) -> None:
        """HTTP connections are the session's to keep."""


class Sender:
    """Sends what is due on one channel, `slots` at a time, until cancelled."""

    def __init__(self, database: Database, channel: Channel, way: Way, *, slots: int) -> None:
        self._database = database
        self._channel = channel
        self._way = way
        self._slots = slots
        self._tasks: set[asyncio.Task[None]] = set()
        self._probe_seconds = 0.0
        self._is_trial = False
        self.is_down = False
        self.wake = asyncio.Event()

    async def run(self) -> None:
        """Send until cancelled; deliveries under way then get a moment to finish."""
        try:
            while True:
                if self.is_down:
                    await self._wait_for_the_server()
                await self._step()
                _heed_cancellation()
        finally:
            await self._finish_or_cancel()

    async def send_due(self) -> int:
        """Send everything that is due now and return how many were tried; for tests and tools."""
        tried = 0
        while not self.is_down and (claimed := await self._claim()):
            tried += len(claimed)
            await asyncio.gather(*(self._deliver(each) for each in claimed))
        return tried

    async def _step(self) -> None:
        self.wake.clear()
        claimed = await self._claim() if self._free_slots() else []
        for each in claimed:
            task = asyncio.create_task(self._deliver(each))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if claimed and self._free_slots():
            return
        if not self._tasks:
            await self._way.rest()
        await self._wait_for_change()

    async def _wait_for_change(self) -> None:
        """Wait for a free slot, or with a free slot for work: a slow mail holds up no other."""
        waited: set[asyncio.Task[object]] = {*self._tasks}
        woken = None
        if self._free_slots():
            woken = asyncio.create_task(self.wake.wait())
            waited.add(woken)
        await asyncio.wait(waited, timeout=IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if woken is not None:
            woken.cancel()

    def _free_slots(self) -> int:
        slots = 1 if self._is_trial else self._slots
        return max(0, slots - len(self._tasks))

    async def _claim(self) -> list[Claimed]:
        return await deliveries.claim(self._database, self._channel, now(), self._free_slots())

    async def _deliver(self, claimed: Claimed) -> None:
        token = request_id.set(claimed.request_id)
        try:
            await self._deliver_and_note(claimed)
        except Exception as error:
            # The result could not be written: the lease ends by itself, and the delivery goes
            # out again under the same Message-ID.
            log.error("delivery result not stored", delivery_id=claimed.id, exc_info=error)
        finally:
            request_id.reset(token)

    async def _deliver_and_note(self, claimed: Claimed) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS_MAX):
                answer = await self._way.send(claimed)
        except Unreachable as error:
            self._note_down(claimed, str(error))
            await deliveries.postponed(self._database, claimed, str(error), now(), wait=False)
            self._count("unreachable")
        except RemoteUnreachable:
            await deliveries.postponed(
                self._database, claimed, "an attachment cannot be fetched now", now(), wait=True
            )
            self._count("postponed")
        except Exception as error:
            reason = f"{type(error).__name__}: {getattr(error, 'errors', None) or error}"
            status = await deliveries.failed(self._database, claimed, self._channel, reason, now())
            if isinstance(error, Refused):
                self._note_up()
            self._count("refused")
            log.warning(
                "delivery failed",
                delivery_id=claimed.id,
                template=claimed.template,
                channel=self._channel,
                attempts=claimed.attempts + 1,
                status=status,
                error=reason,
            )
        else:
            await deliveries.sent(self._database, claimed, answer, now())
            self._note_up()
            self._count("sent")
            log.info(
                "delivery sent",
                delivery_id=claimed.id,
                template=claimed.template,
                channel=self._channel,
            )

    def _note_down(self, claimed: Claimed, reason: str) -> None:
        if not self.is_down:
            log.warning(
                "server unreachable", channel=self._channel, delivery_id=claimed.id, error=reason
            )
        self.is_down = True

    def _note_up(self) -> None:
        self._is_trial = False
        self._probe_seconds = 0.0

    async def _wait_for_the_server(self) -> None:
        while True:
            doubled = max(PROBE_SECONDS_FIRST, 2 * self._probe_seconds)
            self._probe_seconds = min(doubled, PROBE_SECONDS_MAX)
            jitter = random.uniform(0.9, 1.1)  # noqa: S311 - jitter needs no secrecy
            await asyncio.sleep(self._probe_seconds * jitter)
            try:
                await self._way.probe()
            except Unreachable:
                _heed_cancellation()
                continue
            self.is_down = False
            self._is_trial = True
            log.info("server answers again", channel=self._channel)
            return

    def _count(self, outcome: str) -> None:
        DELIVERIES.labels(self._channel, outcome).inc()

    async def _finish_or_cancel(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_SECONDS_MAX)
        for task in self._tasks:
            task.cancel()
        await self._way.rest()


def _heed_cancellation() -> None:
    """End a task that was told to end, although something on the way swallowed that.

    Up to Python 3.11, `asyncio.wait_for` (which the SMTP client uses) drops a cancellation that
    comes in the very moment in which what it waits for is done.
    """
    if is_told_to_end():
        raise asyncio.CancelledError
