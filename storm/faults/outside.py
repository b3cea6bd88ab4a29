"""What comes from outside of the services: poison, a backlog, new keys, a reload, a full disk."""

import asyncio
import os
import secrets
import signal
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp
import nats
from nats.errors import Error as NatsError

from guichet.auth.keys import KeyRing
from guichet.auth.secret_box import SecretBox
from guichet.kernel.database import Database
from storm.faults.base import Fault
from storm.faults.parts import Kill, Stop
from storm.system import Stormed

POISON_SUBJECT = "tickets.order.confirmed"
POISON_PREFIX = "storm-poison-"
POISON = (b"{}", b"\xff\x00 not JSON")
RELOAD_SECONDS = 0.7
SIGN_IN_TRIES_MAX = 20


@dataclass(frozen=True)
class Poison:
    """Messages that nobody can read stand among the others."""

    name: str = "message:poison"
    ground: str = "messages"
    seconds: float = 3.0

    async def strike(self, stormed: Stormed) -> None:
        """Publish them; in vain where NATS is down just then."""
        url = stormed.settings()["GUICHET_NATS_URL"]
        with suppress(NatsError, OSError, TimeoutError):
            client = await nats.connect(url, connect_timeout=2, max_reconnect_attempts=1)
            try:
                for content in POISON:
                    number = f"{POISON_PREFIX}{secrets.token_hex(6)}"
                    headers = {"Nats-Msg-Id": number}
                    await client.jetstream().publish(POISON_SUBJECT, content, headers=headers)
                    stormed.poison_ids.append(number)
            finally:
                await client.close()

    async def heal(self, stormed: Stormed) -> None:
        """They become dead letters; the calm looks for them there."""


@dataclass
class Backlog(Stop):
    """A consumer is stopped while many people buy, so that thousands of messages wait for it."""

    _is_over: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _buying: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """What it is called."""
        return "message:backlog"

    async def strike(self, stormed: Stormed) -> None:
        """Stop it, and let people buy."""
        await super().strike(stormed)
        self._is_over.clear()
        self._buying = asyncio.create_task(stormed.burst(self._is_over))

    async def heal(self, stormed: Stormed) -> None:
        """Resume it, and wait for the last of them."""
        await super().heal(stormed)
        self._is_over.set()
        if self._buying is not None:
            await self._buying
            self._buying = None


@dataclass(frozen=True)
class KeysRotated:
    """A new signing key signs from now on, and everybody comes with tokens of both."""

    name: str = "keys:rotated"
    ground: str = "auth"
    seconds: float = 4.0

    async def strike(self, stormed: Stormed) -> None:
        """Draw a key, and have auth begin anew with it."""
        settings = stormed.settings()
        database = Database(settings["GUICHET_AUTH_DSN"], application="storm")
        try:
            with suppress(Exception):  # In vain where the database is down just then.
                box = SecretBox(settings["GUICHET_AUTH_KEY_PASSPHRASE"])
                await KeyRing(database, box).rotate(immediately=True)
        finally:
            await database.close()
        await Kill(self.name, ("auth",)).strike(stormed)

    async def heal(self, stormed: Stormed) -> None:
        """Sign everybody in again: their tokens are of the new key now."""
        for _ in range(SIGN_IN_TRIES_MAX):
            with suppress(AssertionError, aiohttp.ClientError, TimeoutError, OSError):
                await stormed.sign_in_all()
                return
            await asyncio.sleep(0.5)


@dataclass
class Reload:
    """nginx reads its configuration anew, again and again, under load."""

    name: str = "nginx:reloaded"
    ground: str = "nginx"
    seconds: float = 8.0
    _reloading: asyncio.Task[None] | None = None

    async def strike(self, stormed: Stormed) -> None:
        """Keep reloading."""
        self._reloading = asyncio.create_task(self._reload(stormed))

    async def _reload(self, stormed: Stormed) -> None:
        while True:
            with suppress(ProcessLookupError, FileNotFoundError):
                os.kill(stormed.system.pid("nginx"), signal.SIGHUP)
            await asyncio.sleep(RELOAD_SECONDS)

    async def heal(self, stormed: Stormed) -> None:  # noqa: ARG002 - the faults' common shape
        """Let it be."""
        if self._reloading is not None:
            self._reloading.cancel()
            self._reloading = None


@dataclass(frozen=True)
class DiskFull:
    """PostgreSQL, NATS, the logs, the sandbox and the mailbox all have no room left."""

    name: str = "disk:full"
    ground: str = "disk"
    seconds: float = 8.0

    async def strike(self, stormed: Stormed) -> None:
        """Fill the disk."""
        if stormed.disk is None:
            raise RuntimeError("this storm's system is not on a disk of its own")
        await asyncio.to_thread(stormed.disk.fill)

    async def heal(self, stormed: Stormed) -> None:
        """Free it."""
        if stormed.disk is not None:
            await asyncio.to_thread(stormed.disk.free)


FAULTS: tuple[Fault, ...] = (
    Poison(),
    Backlog("users"),
    KeysRotated(),
    Reload(),
    DiskFull(),
)
