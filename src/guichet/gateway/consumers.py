"""What instances say of themselves over NATS: here I am, or farewell."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import msgspec
from nats.aio.msg import Msg

from guichet.gateway.domain import SERVICES, Address, Roster, parse_address
from guichet.kernel.announce import SUBJECT, Announcement
from guichet.kernel.bus import Bus
from guichet.kernel.logs import logger

LOOK_SECONDS = 0.5
PAUSE_SECONDS_MAX = 2.0
"""Where a look comes later than this after the last one, this process itself did not run."""
RESOLVING_MAX = 1_000
"""Instances whose names are asked for at once; what others say meanwhile is passed over."""

Resolve = Callable[[Address], Awaitable[list[Address]]]

log = logger(__name__)


class Announcements:
    """Listens for announcements while NATS is there; without it, the roster stays as it is."""

    def __init__(
        self, bus: Bus, roster: Roster, resolve: Resolve, changed: Callable[[], None]
    ) -> None:
        self._bus = bus
        self._roster = roster
        self._resolve = resolve
        self._changed = changed
        self._looked_at: float | None = None
        self._unresolved: dict[tuple[str, str], Announcement] = {}
        self._resolving: dict[tuple[str, str], asyncio.Task[None]] = {}
        self.listening_since: float | None = None

    async def run(self) -> None:
        """Listen until cancelled; raises where NATS cannot be reached at all yet."""
        await self._bus.open()
        try:
            await self._bus.client.subscribe(SUBJECT, cb=self._receive)
            # Until then the server may not know of it, and nobody is heard.
            await self._bus.client.flush()
            while True:
                self.look(time.monotonic())
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            self.listening_since = None
            for task in self._resolving.values():
                task.cancel()
            self._resolving.clear()
            self._unresolved.clear()
            await self._bus.close()

    def look(self, now: float) -> None:
        """Forget who has fallen silent; `now` is of the monotonic clock, in seconds.

        After a pause of this process, silence counts from now: what was said is still to be read.
        """
        has_paused = self._looked_at is not None and now - self._looked_at > PAUSE_SECONDS_MAX
        self._looked_at = now
        if not self._bus.is_connected:
            self.listening_since = None
        elif self.listening_since is None or has_paused:
            self.listening_since = now
        self._roster.expire(now, self.listening_since)

    async def _receive(self, message: Msg) -> None:
        try:
            said = msgspec.json.decode(message.data, type=Announcement)
        except msgspec.MsgspecError as error:
            log.warning("unusable announcement", reason=str(error))
            return
        if said.service not in SERVICES:
            return
        # A name that is slow to resolve must hold up no other instance's announcements; of the
        # same instance's, which wait for it, the latest says all.
        key = (said.service, said.instance)
        if key not in self._resolving:
            if len(self._resolving) >= RESOLVING_MAX:
                log.warning("too many announcements at once", name=said.instance)
                return
            self._resolving[key] = asyncio.create_task(self._take_in(key))
        self._unresolved[key] = said

    async def _take_in(self, key: tuple[str, str]) -> None:
        """Note what an instance says, one announcement after the other, until none waits."""
        try:
            while (said := self._unresolved.pop(key, None)) is not None:
                await self._note(said)
        finally:
            self._resolving.pop(key, None)

    async def _note(self, said: Announcement) -> None:
        try:
            addresses = await self._resolve(parse_address(said.url))
        except (ValueError, OSError) as error:
            log.warning("unusable announcement", reason=str(error))
            return
        now = time.monotonic()
        for address in addresses:
            if said.leaving:
                self._roster.left(said.service, said.instance, address, now)
            else:
                self._roster.announced(said.service, said.instance, address, now)
        if said.leaving:
            log.info("instance leaves", name=said.instance, address=said.url)
            self._changed()
