"""A webhook receiver that a test controls, in the test's own event loop."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from guichet.tickets.payments.webhook import read_webhook
from tests.sandbox.running import WEBHOOK_SECRET


@dataclass(slots=True)
class Receiver:
    """Notes every event. `statuses` are answered first, one a call; 200 afterwards.

    While `gate` is cleared, nothing is answered.
    """

    url: str = ""
    statuses: list[int] = field(default_factory=list[int])
    events: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    at: list[float] = field(default_factory=list[float])
    together_max: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    _together: int = 0

    async def receive(self, request: web.Request) -> web.Response:
        """Check the signature with the code of the tickets service, then note the event."""
        payload = await request.read()
        signature = request.headers["Stripe-Signature"]
        read_webhook(payload, signature, datetime.now(UTC), WEBHOOK_SECRET)
        self._together += 1
        self.together_max = max(self.together_max, self._together)
        self.events.append(await request.json())
        self.at.append(time.monotonic())
        await self.gate.wait()
        self._together -= 1
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    @property
    def kinds(self) -> list[str]:
        """What arrived, in order."""
        return [event["type"] for event in self.events]

    async def wait_for(self, count: int, seconds: float = 8.0) -> None:
        """Come back when so many have arrived; AssertionError after the time."""
        deadline = time.monotonic() + seconds
        while len(self.events) < count:
            assert time.monotonic() < deadline, f"{len(self.events)} of {count}: {self.kinds}"
            await asyncio.sleep(0.02)


@asynccontextmanager
async def receiver() -> AsyncGenerator[Receiver]:
    """Serve on a free port."""
    found = Receiver()
    found.gate.set()
    app = web.Application()
    app.router.add_post("/webhook", found.receive)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, shutdown_timeout=0.1)
    await site.start()
    host, port = runner.addresses[0][:2]
    found.url = f"http://{host}:{port}/webhook"
    yield found
    found.gate.set()
    await runner.cleanup()
