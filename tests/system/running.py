"""A whole system on ports of its own, and how tests talk to it."""

import asyncio
import itertools
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

import aiohttp
import psutil
from multidict import CIMultiDictProxy

from guichet.kernel.settings import PORTS
from guichet.local.development_secrets import read_secrets
from guichet.local.health import is_ready
from guichet.local.process import last_lines, lives, wait_until
from tests.own_ports import REPLICA_PORT_STEP, free_shift

START_SECONDS_MAX, STOP_SECONDS_MAX = 150.0, 60.0
BEGIN_SECONDS_MAX, SETTLE_SECONDS_MAX = 30.0, 60.0
"""Until a purchase is begun with, and until one that was begun has come to its end."""
MAIL_SECONDS_MAX = 90.0
"""A mail that could not leave is tried again after 15 to 30 s."""
TOKEN_SECONDS_USED = 600.0
"""Shorter than a token lasts: a long benchmark outlives it."""
PASSWORD = "un mot de passe à part"
ROLES = {
    "admin": "admin@example.com",
    "event_creator": "eventcreator@example.com",
    "operator": "operator@example.com",
    "user": "user@example.com",
}

Door = Literal["gateway", "load_balancer", "direct"]
"""How a request comes in; `direct` is the debugging route of the service behind the balancer."""

Found = TypeVar("Found")

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Answer:
    """An answer with its body read."""

    status: int
    headers: CIMultiDictProxy[str]
    content: bytes

    @property
    def body(self) -> Any:
        """The body as JSON; ValueError where it is none."""
        return json.loads(self.content)

    @property
    def code(self) -> str:
        """The stable code of a refusal, empty for anything else."""
        found: Any = self.body
        return "" if isinstance(found, list) else str(found.get("code", ""))


@dataclass
class Person:
    """Somebody with an account; `token` is sent along, and was new then."""

    id: int
    email: str
    token: str
    since: float = field(default_factory=time.monotonic)


@dataclass
class System:
    """The running system."""

    shift: int
    storage: Path
    faults: Path
    process: subprocess.Popen[bytes]
    output: Path
    _people: dict[str, Person] = field(default_factory=dict[str, Person])

    def port(self, listener: str) -> int:
        """Return the port of a listener, shift included."""
        return PORTS[listener] + self.shift

    def url(self, path: str, door: Door = "gateway") -> str:
        """Return the address of `path` (from the service's name on) behind a door."""
        service = path.split("/", 2)[1].partition("?")[0]
        prefix = f"/{service}" if door == "direct" else ""
        listener = "gateway" if door == "gateway" else "load_balancer"
        return f"http://127.0.0.1:{self.port(listener)}{prefix}/api/v1{path}"

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        who: Person | None = None,
        door: Door = "gateway",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request and return its answer, whatever it is."""
        sent = dict(headers or {})
        if who is not None:
            sent["Authorization"] = f"Bearer {who.token}"
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                method, self.url(path, door), json=body, headers=sent, allow_redirects=False
            ) as answer,
        ):
            return Answer(answer.status, answer.headers, await answer.read())

    async def expect(
        self, status: int, method: str, path: str, body: Any = None, **options: Any
    ) -> Any:
        """Send one request that must end with this status; return its body (None if empty)."""
        answer = await self.call(method, path, body, **options)
        assert answer.status == status, f"{method} {path}: {answer.status} {answer.content!r}"
        return answer.body if answer.content else None

    async def sign_in(self, email: str, password: str = PASSWORD) -> Person:
        """Sign somebody in anew."""
        body = {"email": email, "password": password}
        found = await self.expect(200, "POST", "/auth/login", body)
        return Person(found["user"]["id"], email, found["token"])

    async def demo(self, role: str) -> Person:
        """Return the demo account of that role, signed in anew before its token ends."""
        known = self._people.get(role)
        if known is None or time.monotonic() > known.since + TOKEN_SECONDS_USED:
            self._people[role] = await self.sign_in(ROLES[role], "password")
        return self._people[role]

    async def register(self, language: str = "fr") -> Person:
        """Register somebody new."""
        email = fresh_email()
        body = {
            "name": f"Camille {next(_numbers)}",
            "email": email,
            "password": PASSWORD,
            "password_confirmation": PASSWORD,
            "language": language,
        }
        found = await self.expect(201, "POST", "/auth/register", body)
        return Person(found["user"]["id"], email, found["token"])

    async def event(self, **wanted: Any) -> dict[str, Any]:
        """Create a published event of the demo organiser's; `wanted` replaces the defaults."""
        body = {
            "title": f"Concert {next(_numbers)}",
            "description": "Un soir de musique.",
            "date": in_days(200),
            "location": "Salle des fêtes, Lyon",
            "max_tickets": 50,
            "price": 20.0,
            "status": "published",
            **wanted,
        }
        who = await self.demo("event_creator")
        return dict(await self.expect(201, "POST", "/events", body, who=who))

    async def buy(
        self,
        who: Person | None,
        event: Mapping[str, Any],
        quantity: int = 1,
        *,
        card: str = "4242 4242 4242 4242",
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Answer:
        """Buy tickets with a test card.

        As clients do, asks again under the same key where so much was going on that the purchase
        was not begun with.
        """
        body = {
            "event_id": event["id"],
            "quantity": quantity,
            "payment": {"card_number": card, "expiry": "12/30", "cvv": "123"},
            **more,
        }
        sent = {"Idempotency-Key": key or secrets.token_hex(8), **(headers or {})}
        deadline = time.monotonic() + BEGIN_SECONDS_MAX
        while True:
            answer = await self.call("POST", "/tickets/purchase", body, who=who, headers=sent)
            if answer.status != 503 or time.monotonic() > deadline:
                return answer
            await asyncio.sleep(1)

    async def bought(
        self, who: Person | None, event: Mapping[str, Any], quantity: int = 1, **more: Any
    ) -> Answer:
        """Buy as `buy` does, and ask again until the order has ended or is the buyer's turn."""
        wanted: dict[str, Any] = {"key": secrets.token_hex(8), **more}

        async def ended() -> Answer | None:
            answer = await self.buy(who, event, quantity, **wanted)
            if answer.status == 202 and answer.body["order"]["next_action"] is None:
                return None
            return None if answer.code == "still_running" else answer

        return await eventually(ended, SETTLE_SECONDS_MAX)

    async def books(self) -> dict[str, dict[str, Any]]:
        """Return the payment provider's own books: payment id → its row."""
        rows = [json.loads(line) for line in (await self._provider("GET", "books")).splitlines()]
        return {row["id"]: row for row in rows}

    async def provider_fault(self, fault: Mapping[str, Any] | None) -> None:
        """Have the payment provider misbehave, or with None behave again."""
        await self._provider("POST" if fault else "DELETE", "faults", fault)

    async def _provider(self, method: str, path: str, body: Any = None) -> str:
        address = f"http://127.0.0.1:{self.port('sandbox')}/_sandbox/{path}"
        headers = {"Authorization": f"Bearer {self.secrets()['GUICHET_STRIPE_API_KEY']}"}
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, address, json=body, headers=headers) as answer,
        ):
            assert answer.status == 200, await answer.text()
            return await answer.text()

    async def mailbox(self, path: str, method: str = "GET", body: Any = None) -> Answer:
        """Ask the local mailbox."""
        address = f"http://127.0.0.1:{self.port('mailbox')}/mailbox/api{path}"
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, address, json=body) as answer,
        ):
            return Answer(answer.status, answer.headers, await answer.read())

    async def mails(self, address: str, words: str = "") -> list[dict[str, Any]]:
        """Return the mails to an address whose subject contains `words`, newest first."""
        found = (await self.mailbox(f"/messages?to={address}&kind=mail")).body["data"]
        return [mail for mail in found if words.lower() in mail["subject"].lower()]

    async def mail(
        self, address: str, words: str, seconds_max: float = MAIL_SECONDS_MAX
    ) -> dict[str, Any]:
        """Wait for a mail and return it whole."""

        async def newest() -> dict[str, Any] | None:
            found = await self.mails(address, words)
            return found[0] if found else None

        mail = await eventually(newest, seconds_max)
        return dict((await self.mailbox(f"/messages/{mail['id']}")).body)

    def secrets(self) -> dict[str, str]:
        """Return the secrets that `guichet up` has drawn."""
        return read_secrets(self.storage / "secrets.env")

    def pid(self, name: str) -> int:
        """Return the process id of a part of the system."""
        return int((self.storage / "run" / f"{name}.pid").read_text())

    def family(self) -> list[psutil.Process]:
        """Return all that runs of it, with services whose own parent has ended."""
        found: set[psutil.Process] = set()
        for noted in (self.storage / "run").glob("*.pid"):
            with suppress(psutil.NoSuchProcess):
                root = psutil.Process(int(noted.read_text()))
                found |= {root, *root.children(recursive=True)}
        return list(found)

    def kill(self, name: str) -> None:
        """Kill a part of the system, unless it is dead already; `guichet up` starts it again."""
        with suppress(ProcessLookupError):
            os.kill(self.pid(name), signal.SIGKILL)

    async def all_up(self) -> None:
        """Wait until every instance of every service is up."""

        async def are_up() -> bool:
            health = (await self.call("GET", "/health")).body
            if health["status"] != "ok" or len(health["services"]["tickets"]["instances"]) != 2:
                return False
            # The gateway may not have noticed yet that an instance has just been killed.
            first = self.port("tickets")
            ports = (first, first + REPLICA_PORT_STEP)
            return all([await asyncio.to_thread(is_ready, port) for port in ports])

        await eventually(are_up, 90)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a `guichet` command beside the running system."""
        command = [sys.executable, "-m", "guichet", *arguments]
        environment = environment_for(self.shift, self.storage, self.faults)
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=300, check=False
        )


def fresh_email() -> str:
    """Return an e-mail address that nobody has used."""
    return f"camille.{next(_numbers)}.{secrets.token_hex(4)}@example.com"


def in_days(days: int) -> str:
    """Return an instant in so many days, RFC 3339, UTC."""
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)
    return moment.isoformat().replace("+00:00", "Z")


async def eventually(
    look: Callable[[], Awaitable[Found | None]], seconds_max: float = 60.0
) -> Found:
    """Look again and again until something true is found, and return it.

    The last look begins once the time is over: however long this process was kept from running,
    what has become true by then is seen.
    """
    deadline = time.monotonic() + seconds_max
    while True:
        is_last = time.monotonic() > deadline
        if found := await look():
            return found
        assert not is_last, f"not so after {seconds_max:.0f} s"
        await asyncio.sleep(0.1)


def environment_for(shift: int, storage: Path, faults: Path) -> dict[str, str]:
    """Return the environment of a test's own system: two instances of tickets, faults allowed."""
    names = os.environ.keys() & {"PATH", "PYTHONPATH", "HOME", "LANG"}
    return {
        **{name: os.environ[name] for name in names},
        "GUICHET_PORT_SHIFT": str(shift),
        "GUICHET_STORAGE_DIR": str(storage),
        "GUICHET_TICKETS_FAULT_DIR": str(faults),
        "GUICHET_LOCAL_REPLICAS": "tickets=2",
        "GUICHET_BACKUP_AT": "off",
        # Many honest people come from this one address.
        "GUICHET_GATEWAY_SIGN_IN_RATE": "500",
        "GUICHET_GATEWAY_SIGN_IN_BURST": "500",
    }


def start(folder: Path, more: Mapping[str, str] | None = None, shift: int | None = None) -> System:
    """Start a system in `folder`; AssertionError with its last words where it does not come up.

    `more` are settings besides those of every test's system.
    """
    shift, output = free_shift() if shift is None else shift, folder / "output"
    faults = folder / "faults"
    faults.mkdir(exist_ok=True)
    environment = {**environment_for(shift, folder / "storage", faults), **(more or {})}
    with output.open("ab") as written:
        # What an earlier start has said in there tells nothing of this one.
        said_before = written.tell()
        process = subprocess.Popen(
            [sys.executable, "-m", "guichet", "up"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
            start_new_session=True,
        )
    site = f"http://localhost:{PORTS['load_balancer'] + shift}".encode()
    came_up = wait_until(
        lambda: site in output.read_bytes()[said_before:],
        lambda: process.poll() is None,
        START_SECONDS_MAX,
    )
    system = System(shift, folder / "storage", faults, process, output)
    if not came_up:
        stop(system)
    assert came_up, last_lines(output, 20)
    return system


def stop(system: System) -> list[str]:
    """Press Ctrl-C and wait; return what of the system is still alive after that."""
    if system.process.poll() is not None:
        return []
    family = system.family()
    system.process.send_signal(signal.SIGINT)
    try:
        system.process.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        system.process.kill()
        system.process.wait()
        return ["guichet up itself did not end"]
    _, alive = psutil.wait_procs(family, timeout=10)
    return [str(process) for process in alive if lives(process.pid)]
