"""Steering: nginx's configuration follows what is known of the instances."""

import asyncio
import contextlib
import json
import resource
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from guichet.gateway.data_plane import DataPlane
from guichet.gateway.domain import SERVICES, Address, Instance, Roster, service_status
from guichet.gateway.nginx_conf import Layout, render
from guichet.kernel.clock import now
from guichet.kernel.logs import logger

PAUSE_SECONDS = 0.3
"""Changes that come in a burst share one reload."""

TICK_SECONDS = 1.0
FILES_WANTED = 65_536

log = logger(__name__)


@dataclass(slots=True)
class Steering:
    """Keeps nginx's configuration true; `layout` holds what does not change while running."""

    roster: Roster
    data_plane: DataPlane
    layout: Layout
    web_folder: Path
    memory: Path
    _wake: asyncio.Event
    _used: Layout | None = None
    _remembered: str = ""

    def changed(self) -> None:
        """Note that the roster may be another."""
        self._wake.set()

    async def apply(self) -> bool:
        """Render, check and use the configuration; return whether what is wanted is in use."""
        upstreams = {service: self.roster.in_rotation(service) for service in SERVICES}
        wanted = replace(self.layout, upstreams=upstreams, web_root=self._web_root())
        self._remember()
        if wanted == self._used and self.data_plane.file.exists():
            return True
        is_used = await self.data_plane.use(render(wanted))
        self._used = wanted if is_used else None
        return is_used

    async def run(self) -> None:
        """Follow the changes until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), TICK_SECONDS)
                await asyncio.sleep(PAUSE_SECONDS)
            self._wake.clear()
            await self.apply()
            self.data_plane.deliver()
            self.data_plane.keep_small(self.layout.error_log)
            self.data_plane.keep_small(self.layout.trouble_log)

    async def check(self) -> None:
        """Readiness: there is a configuration that nginx accepted; RuntimeError otherwise."""
        if not self.data_plane.file.exists() or self.data_plane.error:
            reason: str = self.data_plane.error
            raise RuntimeError(reason or "no configuration yet")

    def recall(self) -> None:
        """Take up the instances known before, if nginx has been running on since then."""
        if self.data_plane.master() is None or not self.memory.exists():
            return
        with contextlib.suppress(ValueError, KeyError, TypeError):
            for service, name, host, port in json.loads(self.memory.read_text("utf-8")):
                address = Address(str(host), int(port))
                moment = time.monotonic()
                self.roster.announced(str(service), str(name), address, moment, presumed=True)

    def _remember(self) -> None:
        known = [
            (instance.service, instance.name, instance.address.host, instance.address.port)
            for instance in self.roster.all()
            if instance.announced_at is not None
        ]
        text = json.dumps(known)
        if text != self._remembered:
            fresh = self.memory.with_suffix(".new")
            fresh.write_text(text, "utf-8")
            fresh.replace(self.memory)
            self._remembered = text

    def _web_root(self) -> Path | None:
        if not (self.web_folder / "index.html").is_file():
            return None
        return self.data_plane.readable(self.web_folder.resolve())


def new_steering(
    roster: Roster, data_plane: DataPlane, layout: Layout, web_folder: Path
) -> Steering:
    """Return the steering of one gateway."""
    memory = data_plane.folder / "instances.json"
    return Steering(roster, data_plane, layout, web_folder, memory, asyncio.Event())


def files_max() -> int:
    """Return how many open files nginx may have here: what it wants, or what is allowed."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return FILES_WANTED if hard == resource.RLIM_INFINITY else min(FILES_WANTED, hard)


def health(steering: Steering, *, is_listening: bool, with_addresses: bool) -> dict[str, Any]:
    """Return how every service and each of its instances is."""
    moment = time.monotonic()
    by_service = {service: steering.roster.of(service) for service in SERVICES}
    services: Mapping[str, Any] = {
        service: {
            "status": service_status(each.state for each in instances),
            "instances": [_view(each, moment, with_addresses) for each in instances],
        }
        for service, instances in by_service.items()
    }
    return {
        "status": "ok" if all(one["status"] == "ok" for one in services.values()) else "degraded",
        "checked_at": now(),
        "gateway": {
            "configuration": "refused" if steering.data_plane.error else "accepted",
            "nginx": "running" if steering.data_plane.master() else "stopped",
            "announcements": "heard" if is_listening else "unheard",
        },
        "services": services,
    }


def _view(instance: Instance, moment: float, with_addresses: bool) -> dict[str, Any]:
    latency, checked_at = instance.latency_seconds, instance.checked_at
    view: dict[str, Any] = {
        "instance": instance.name or f"{instance.service}-{instance.address.port}",
        "state": instance.state.value,
        "latency_ms": None if latency is None else round(1000 * latency, 1),
        "failures": instance.failures,
        "seconds_since_check": None if checked_at is None else round(moment - checked_at, 1),
    }
    if with_addresses:
        view["address"] = str(instance.address)
    return view
