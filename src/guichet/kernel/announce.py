"""Each instance of a service says over NATS that it is there, for the gateway to find it."""

import asyncio
import contextlib
import secrets

import msgspec
from nats import errors

from guichet.kernel.bus import Bus

SUBJECT = "guichet.instances"
PERIOD_SECONDS = 1.0


class Announcement(msgspec.Struct, frozen=True):
    """One instance: its service, its own id, where it answers, and whether it is leaving."""

    service: str
    instance: str
    url: str
    leaving: bool = False


class Announcer:
    """Repeats this instance's announcement, and says farewell when it stops."""

    def __init__(self, bus: Bus, *, service: str, url: str) -> None:
        self._bus = bus
        self._here = Announcement(service, f"{service}-{secrets.token_hex(4)}", url)

    async def run(self) -> None:
        """Announce every second until cancelled."""
        while True:
            if self._bus.is_connected:
                await self._bus.client.publish(SUBJECT, msgspec.json.encode(self._here))
            await asyncio.sleep(PERIOD_SECONDS)

    async def leave(self) -> None:
        """Tell the gateway to stop sending requests here, where NATS answers."""
        if not self._bus.is_connected:
            return
        farewell = msgspec.structs.replace(self._here, leaving=True)
        # It is a courtesy: without it, the gateway's probes notice that this instance has gone.
        with contextlib.suppress(errors.Error, TimeoutError):
            await self._bus.client.publish(SUBJECT, msgspec.json.encode(farewell))
            await self._bus.client.flush(timeout=1)
