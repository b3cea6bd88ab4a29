"""The mail server is down, slow, or drops the line before its 250."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp

from storm.faults.base import Fault
from storm.faults.parts import Stop
from storm.faults.servers import Network
from storm.proxy import Weather
from storm.system import Stormed


@dataclass(frozen=True)
class Mailbox:
    """Switches of the local mailbox."""

    name: str
    switches: Mapping[str, Any]
    seconds: float = 10.0
    ground: str = "mailbox"

    async def strike(self, stormed: Stormed) -> None:
        """Set them."""
        await _set(stormed, self.switches)

    async def heal(self, stormed: Stormed) -> None:
        """Clear them; a mailbox that is down has forgotten them."""
        await _set(stormed, {})


async def _set(stormed: Stormed, switches: Mapping[str, Any]) -> None:
    with suppress(aiohttp.ClientError, OSError, TimeoutError):
        await stormed.system.mailbox("/faults", "PUT", dict(switches))


FAULTS: tuple[Fault, ...] = (
    Mailbox("mail:down", {"down": True}),
    Mailbox("mail:slow", {"slow_seconds": 3.0}),
    Mailbox("mail:dropped-before-250", {"drop_count": 5}),
    Mailbox("mail:refused", {"refuse_count": 5}),
    Network("mail:blackhole", "smtp", Weather(is_blackhole=True)),
    Stop("notifications"),
)
