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
        self.listening_since: float | None = None

    async def run(self) -> None:
        """Listen until cancelled; raises where NATS cannot be reached at all yet."""
        await self._bus.open()
        try:
            await self._bus.client.subscribe(SUBJECT, cb=self._receive)
            while True:
                self._look(time.monotonic())
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            self.listening_since = None
            await self._bus.close()

    def _look(self, now: float) -> None:
        if not self._bus.is_connected:
            self.listening_since = None
        elif self.listening_since is None:
            self.listening_since = now
        self._roster.expire(now, self.listening_since)

    async def _receive(self, message: Msg) -> None:
        try:
            said = msgspec.json.decode(message.data, type=Announcement)
            target = parse_address(said.url)
            if said.service not in SERVICES:
                return
            addresses = await self._resolve(target)
        except (msgspec.MsgspecError, ValueError, OSError) as error:
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
