"""Asking instances whether they are ready, and the name servers where they are."""

import asyncio
import socket
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

import aiohttp

from guichet.gateway.domain import IN_ROTATION, Address, Instance, Roster
from guichet.kernel.logs import logger

LOOK_SECONDS = 0.1
PROBE_SECONDS_MAX = 0.8
CONNECT_SECONDS_MAX = 0.4
RESOLVE_SECONDS = 5.0
_OK = 200

log = logger(__name__)


class Prober:
    """Probes every instance of a roster at its own pace."""

    def __init__(
        self, session: aiohttp.ClientSession, roster: Roster, changed: Callable[[], None]
    ) -> None:
        self._session = session
        self._roster = roster
        self._changed = changed
        self._running: dict[tuple[str, Address], asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Probe until cancelled."""
        try:
            while True:
                for instance in self._roster.due(time.monotonic()):
                    key = (instance.service, instance.address)
                    if key not in self._running:
                        task = asyncio.create_task(self._probe(instance))
                        self._running[key] = task
                        task.add_done_callback(lambda _, key=key: self._running.pop(key, None))
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            for task in list(self._running.values()):
                task.cancel()

    async def _probe(self, instance: Instance) -> None:
        started = time.monotonic()
        is_late = False
        try:
            is_ready = await self._is_ready(instance.address)
        except TimeoutError:
            is_ready, is_late = False, True
        now = time.monotonic()
        was = instance.state
        self._roster.probed(instance, now, now - started if is_ready else None, is_late=is_late)
        if was != instance.state:
            log.info(
                "instance in rotation" if instance.state in IN_ROTATION else "instance in doubt",
                instance_service=instance.service,
                address=str(instance.address),
                state=instance.state.value,
            )
            self._changed()

    async def _is_ready(self, address: Address) -> bool:
        """Return whether an instance says so; TimeoutError where it does not answer in time."""
        try:
            async with self._session.get(
                f"http://{address}/health/ready",
                timeout=aiohttp.ClientTimeout(
                    total=PROBE_SECONDS_MAX, sock_connect=CONNECT_SECONDS_MAX
                ),
                allow_redirects=False,
            ) as answer:
                return answer.status == _OK
        except aiohttp.ConnectionTimeoutError:
            # Nobody took the connection: that is no slow instance but an absent machine.
            return False
        except TimeoutError:
            raise
        except (aiohttp.ClientError, OSError):
            return False


async def resolve(target: Address) -> list[Address]:
    """Return the IP addresses behind a target; OSError where its name is not known now."""
    if target.is_literal:
        return [target]
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    return sorted({Address(str(item[4][0]), target.port) for item in found})


class Names:
    """Looks up, again and again, the names by which the settings call instances."""

    def __init__(
        self,
        targets: Mapping[str, Sequence[Address]],
        roster: Roster,
        changed: Callable[[], None],
    ) -> None:
        self._targets = targets
        self._roster = roster
        self._changed = changed

    async def place_all(self, *, presumed: bool = False) -> None:
        """Look every target up once; a name that cannot be resolved keeps its last addresses."""
        for service, targets in self._targets.items():
            for target in targets:
                await self._place(service, target, presumed)

    async def run(self) -> None:
        """Follow the names until cancelled."""
        while True:
            await asyncio.sleep(RESOLVE_SECONDS)
            await self.place_all()
            self._changed()

    async def _place(self, service: str, target: Address, presumed: bool) -> None:
        try:
            addresses: Iterable[Address] = await resolve(target)
        except OSError as error:
            log.warning("name not resolved", target=str(target), reason=str(error))
            return
        self._roster.place(service, target, addresses, presumed=presumed)
