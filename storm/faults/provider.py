"""The payment provider misbehaves, itself or on the way there."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp

from storm.faults.base import Fault
from storm.faults.servers import Network
from storm.proxy import FAIR, Weather
from storm.system import Stormed


@dataclass(frozen=True)
class Provider:
    """A switch of the sandbox."""

    name: str
    switch: Mapping[str, Any]
    seconds: float = 10.0
    ground: str = "sandbox"

    async def strike(self, stormed: Stormed) -> None:
        """Set it; in vain where the sandbox is down just then."""
        with suppress(aiohttp.ClientError, AssertionError, OSError, TimeoutError):
            await stormed.system.provider_fault(self.switch)

    async def heal(self, stormed: Stormed) -> None:
        """Clear it; a sandbox that is down has forgotten it."""
        with suppress(aiohttp.ClientError, AssertionError, OSError, TimeoutError):
            await stormed.system.provider_fault(None)


FAULTS: tuple[Fault, ...] = (
    Provider("provider:slow", {"kind": "slow", "seconds": 3.0, "every": 2}),
    Provider("provider:500-before-capture", {"kind": "error_500", "stored": False, "every": 2}),
    Provider("provider:500-kept", {"kind": "error_500", "every": 3}),
    Provider("provider:lost-after-capture", {"kind": "drop", "when": "after", "every": 2}),
    Provider("provider:lost-before-capture", {"kind": "drop", "when": "before", "every": 2}),
    Provider("provider:hangs", {"kind": "hang", "every": 3}),
    Provider("provider:too-many", {"kind": "reject", "status": 429, "every": 2}),
    Provider("provider:duplicate-webhooks", {"kind": "duplicate_webhooks", "copies": 20}),
    Provider("provider:refund-told-first", {"kind": "webhook_after_refund", "seconds": 4.0}),
    Provider("provider:webhook-first", {"kind": "webhook_first"}),
    Provider("provider:no-webhooks", {"kind": "no_webhooks", "operation": "any"}),
    Provider("provider:succeeds-later", {"kind": "async_success", "seconds": 4.0, "every": 2}),
    # The buyer's time is 30 s here, and a hold's 20 s: both are over when the money comes.
    Provider("provider:succeeds-too-late", {"kind": "async_success", "seconds": 35.0, "every": 5}),
    Provider("provider:refunds-lost", {"kind": "drop", "operation": "refund", "every": 2}),
    Network("provider:cut", "sandbox", Weather(is_cut=True)),
    Network("provider:blackhole", "sandbox", Weather(is_blackhole=True)),
    Network("provider:throttled", "sandbox", Weather(bytes_per_second=2_000)),
    Network("provider:reset", "sandbox", FAIR, 1.0, is_reset=True),
)
