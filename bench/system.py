"""The system under test: a whole one of its own, as `make up` would start it, on other ports."""

import asyncio
import shutil
import tempfile
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.people import Crowd
from guichet.local import environment
from guichet.verify.report import judge
from guichet.verify.sources import open_sources
from tests.repository_files import ROOT
from tests.system import running
from tests.system.running import System

SETTLE_SECONDS = 3.0
SETTINGS: Mapping[str, str] = {
    "GUICHET_LOCAL_REPLICAS": "tickets=1",
    # Fault points would be looked for at each step.
    "GUICHET_TICKETS_FAULT_DIR": "",
    "GUICHET_TICKETS_NO_OP": "true",
    # The generator says whom each request comes from, as a load balancer in front would.
    "GUICHET_GATEWAY_TRUSTED_PROXIES": "127.0.0.1",
}


class Stand:
    """A running system with what a benchmark needs of it."""

    def __init__(self, system: System, settings: Mapping[str, str]) -> None:
        self.system = system
        self.settings = settings
        self.crowd = Crowd.of(settings)

    def port(self, listener: str) -> int:
        """Return the port of a listener."""
        return self.system.port(listener)

    def dsn(self, service: str) -> str:
        """Return the address of a service's database."""
        return self.settings[f"GUICHET_{service.upper()}_DSN"]

    def token_of_admin(self) -> str:
        """Return the access token of the demo administrator, who is signed in."""
        return asyncio.run(self.system.demo("admin")).token

    def event(self, places: int, price: float = 0.0, **more: Any) -> dict[str, Any]:
        """Return a new published event, once tickets knows it."""
        return asyncio.run(self._event(places, price, more))

    def events(self, count: int, places: int) -> list[dict[str, Any]]:
        """Return as many new published events."""

        async def all_of_them() -> list[dict[str, Any]]:
            turn = asyncio.Semaphore(8)

            async def one() -> dict[str, Any]:
                async with turn:
                    return await self._event(places, 0.0, {})

            return list(await asyncio.gather(*(one() for _ in range(count))))

        return asyncio.run(all_of_them())

    async def _event(self, places: int, price: float, more: Mapping[str, Any]) -> dict[str, Any]:
        event = await self.system.event(max_tickets=places, price=price, **more)
        await self.system.expect(
            200, "POST", "/tickets/quote", {"event_id": event["id"], "quantity": 1}
        )
        return event

    def contradictions(self, numbers: Collection[int], wait_seconds: float) -> list[str]:
        """Check the invariants of these numbers; returns what contradicts them, if anything."""
        return asyncio.run(self._contradictions(numbers, wait_seconds))

    async def _contradictions(self, numbers: Collection[int], wait_seconds: float) -> list[str]:
        async with open_sources(
            self.settings,
            sandbox_url=f"http://127.0.0.1:{self.port('sandbox')}",
            mailbox_url=f"http://127.0.0.1:{self.port('mailbox')}",
        ) as sources:
            verdicts = await judge(sources, wait_seconds=wait_seconds, numbers=numbers)
        return [
            f"{verdict.invariant.number}. {verdict.invariant.en}: {contradiction}"
            for verdict in verdicts
            for contradiction in verdict.contradictions or ()
        ]


@contextmanager
def folder() -> Generator[Path]:
    """Make a folder for one system, and remove it at the end."""
    place = Path(tempfile.mkdtemp(prefix="guichet-bench-"))
    place.chmod(0o711)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def start(place: Path, more: Mapping[str, str] | None = None) -> System:
    """Start a system in a folder, as its next start where there has been one."""
    return running.start(place, {**SETTINGS, **(more or {})})


@contextmanager
def running_stand(more: Mapping[str, str] | None = None) -> Generator[Stand]:
    """Start a system in a folder of its own, and stop it at the end."""
    with folder() as place:
        # Its own copy of the pages, to which rows add files of theirs.
        pages = place / "web"
        shutil.copytree(ROOT / "web" / "dist", pages)
        wanted = {"GUICHET_GATEWAY_WEB_FOLDER": str(pages), **SETTINGS, **(more or {})}
        system = running.start(place, wanted)
        try:
            common = running.environment_for(system.shift, system.storage, system.faults)
            settings = environment.complete(
                {**common, **wanted}, system.secrets(), system.storage, system.shift
            )
            # The gateway takes the instances up one by one, each with a reload of nginx.
            asyncio.run(_all_up(system))
            yield Stand(system, settings)
        finally:
            alive = running.stop(system)
    if alive:
        raise RuntimeError(f"still running: {alive}")


async def _all_up(system: System) -> None:
    async def are_up() -> bool:
        return (await system.call("GET", "/health")).body["status"] == "ok"

    await running.eventually(are_up, 90)
    await asyncio.sleep(SETTLE_SECONDS)
