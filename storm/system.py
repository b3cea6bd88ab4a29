"""The system that is stormed: a whole one of its own, with a proxy before each server."""

import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, cast

import aiohttp
import asyncpg
import psutil

from guichet.kernel.settings import PORTS
from guichet.local import environment
from guichet.local.ports import free_port
from storm.disk import SmallDisk
from storm.history import NO_ANSWER, Deed, Reply, Request, Verdict
from storm.proxy import Proxy
from tests.own_ports import free_shift
from tests.system import running
from tests.system.running import Person, System

HOLD_SECONDS = 20
SETTINGS: Mapping[str, str] = {
    "GUICHET_LOCAL_REPLICAS": "tickets=2",
    "GUICHET_TICKETS_HOLD_SECONDS": str(HOLD_SECONDS),
    "GUICHET_TICKETS_BUYER_WAIT_SECONDS": "30",
    "GUICHET_TICKETS_ASK_AGAIN_SECONDS": "2",
    "GUICHET_TICKETS_LOOK_SECONDS": "2",
    # Each client says from where it comes, as a load balancer in front would.
    "GUICHET_GATEWAY_TRUSTED_PROXIES": "127.0.0.1",
}
SERVERS = ("postgres", "nats", "sandbox", "smtp")
MOVING_CLOCK = Path(__file__).parent / "moving_clock"
ASK_SECONDS_MAX = 25.0
READ_TRIES_MAX = 60
READ_AGAIN_SECONDS = 1.0
FOUND, NOT_SIGNED_IN, NOT_FOUND = 200, 401, 404


async def _nobody(is_over: asyncio.Event) -> None:
    """Stand in for the crowd before there is one."""


class Stormed:
    """A running system with its proxies, its people, and a way to ask it anything."""

    def __init__(self, place: Path, proxies: Mapping[str, Proxy], disk: SmallDisk | None) -> None:
        self.place = place
        self.proxies = proxies
        self.disk = disk
        self.people: dict[str, Person] = {}
        self.poison_ids: list[str] = []
        """Of unreadable messages that NATS has taken."""
        self.burst: Callable[[asyncio.Event], Coroutine[Any, Any, None]] = _nobody
        """Has many people buy until that is over; the crowd sets it."""
        self.clocks = place / "clocks"
        """Where the processes look for how their clocks are to be moved."""
        self._system: System | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def system(self) -> System:
        """The system as tests know it; RuntimeError before it has started."""
        if self._system is None:
            raise RuntimeError("the system has not been started")
        return self._system

    @property
    def session(self) -> aiohttp.ClientSession:
        """The clients' connections; RuntimeError before the start."""
        if self._session is None:
            raise RuntimeError("the system has not been started")
        return self._session

    async def start(self, shift: int) -> None:
        """Start all; AssertionError with its last words where the system does not come up."""
        for proxy in self.proxies.values():
            await proxy.start()
        detours = ",".join(f"{name}={proxy.port}" for name, proxy in self.proxies.items())
        self.clocks.mkdir(mode=0o777)
        wanted = {
            **SETTINGS,
            "GUICHET_LOCAL_DETOURS": detours,
            "PYTHONPATH": str(MOVING_CLOCK),
            "STORM_CLOCK_DIR": str(self.clocks),
        }
        self._system = await asyncio.to_thread(running.start, self.place, wanted, shift)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=ASK_SECONDS_MAX),
        )

    async def stop(self) -> list[str]:
        """Stop all; returns what is still alive after that."""
        if self._session is not None:
            await self._session.close()
        alive = await asyncio.to_thread(running.stop, self._system) if self._system else []
        for proxy in self.proxies.values():
            await proxy.stop()
        return alive

    def settings(self) -> dict[str, str]:
        """Return the system's settings as a person's own tools see them: past the proxies."""
        system = self.system
        common = running.environment_for(system.shift, system.storage, system.faults)
        return environment.complete(
            {**common, **SETTINGS}, system.secrets(), system.storage, system.shift
        )

    def dsn(self, service: str) -> str:
        """Return the address of a service's database."""
        return self.settings()[f"GUICHET_{service.upper()}_DSN"]

    @asynccontextmanager
    async def admin_connection(
        self, database: str = "postgres"
    ) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
        """Open a connection as the cluster's superuser."""
        system = self.system
        dsn = environment.admin_dsn(system.secrets(), system.shift)
        connection = await asyncpg.connect(dsn.rpartition("/")[0] + f"/{database}", timeout=5)
        try:
            yield connection
        finally:
            await connection.close()

    async def sign_in_all(self) -> None:
        """Give everybody a new token."""
        for name, person in list(self.people.items()):
            password = "password" if person.email in running.ROLES.values() else running.PASSWORD
            self.people[name] = await self.system.sign_in(person.email, password)

    async def send(self, request: Request, seconds_max: float = ASK_SECONDS_MAX) -> Reply:
        """Send a request through the gateway; a reply of `NO_ANSWER` where none came."""
        headers = {"X-Forwarded-For": request.address or "10.0.0.1"}
        if request.key is not None:
            headers["Idempotency-Key"] = request.key
        if request.who is not None:
            headers["Authorization"] = f"Bearer {self.people[request.who].token}"
        asked_at = time.monotonic()
        try:
            async with self.session.request(
                request.method,
                self.system.url(request.path),
                json=request.body,
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=seconds_max),
            ) as answer:
                content = await answer.read()
                return Reply(answer.status, _object(content), asked_at)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return Reply(NO_ANSWER, {}, asked_at)

    async def do(self, deed: Deed, seconds_max: float = ASK_SECONDS_MAX) -> Reply:
        """Ask once for what a deed is about, and remember the answer with it."""
        reply = await self.send(deed.request, seconds_max)
        deed.replies.append(reply)
        return reply

    async def read(self, path: str, address: str = "") -> Mapping[str, Any] | None:
        """Return what a GET shows the administrator, None where that is not there.

        What is unavailable is asked for again; RuntimeError where it stays so or is refused.
        """
        request = Request("GET", path, who="admin", address=address)
        reply = await self.send(request)
        if reply.status == NOT_SIGNED_IN:
            # The calm of a busy machine may last longer than a token.
            await self.sign_in_all()
            reply = await self.send(request)
        for _ in range(READ_TRIES_MAX):
            if reply.verdict is not Verdict.UNKNOWN:
                break
            await asyncio.sleep(READ_AGAIN_SECONDS)
            reply = await self.send(request)
        if reply.status not in {FOUND, NOT_FOUND}:
            raise RuntimeError(f"GET {path}: {reply.status} {dict(reply.body)}")
        return reply.body if reply.status == FOUND else None

    def hurry(self) -> None:
        """Let what works in the background work like the rest, where this user may say so.

        On a machine that is busy with other things it would hardly ever have its turn. What is
        started again later begins as before.
        """
        for process in self.system.family():
            with suppress(psutil.Error):
                process.nice(0)


def _object(content: bytes) -> Mapping[str, Any]:
    """Return the JSON object, {} where it is none: nginx answers in HTML where nobody else does."""
    try:
        found: Any = json.loads(content)
    except ValueError:
        return {}
    return cast("Mapping[str, Any]", found) if isinstance(found, dict) else {}


def _folder() -> Path:
    place = Path(tempfile.mkdtemp(prefix="guichet-storm-"))
    place.chmod(0o711)
    return place


@asynccontextmanager
async def running_system(small_disk_minutes: float | None) -> AsyncGenerator[Stormed]:
    """Start a system in a folder of its own, and stop and remove it at the end.

    It is on a small disk where one is to be filled in a storm of so many minutes.
    """
    place = _folder()
    shift = free_shift()
    proxies = {name: Proxy(name, free_port(), PORTS[name] + shift) for name in SERVERS}
    storage = place / "storage"
    disk = None if small_disk_minutes is None else SmallDisk(storage, small_disk_minutes)
    stormed = Stormed(place, proxies, disk)
    try:
        if disk is not None:
            disk.mount()
        await stormed.start(shift)
        yield stormed
    finally:
        alive = await stormed.stop()
        if disk is not None:
            disk.unmount()
        shutil.rmtree(place, ignore_errors=True)
        if alive:
            raise RuntimeError(f"still running: {alive}")
