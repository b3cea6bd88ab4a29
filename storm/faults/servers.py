"""PostgreSQL and NATS: restarted, emptied, crowded out, and out of reach."""

import asyncio
import os
import shutil
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from guichet.kernel import outbox
from guichet.kernel.database import Database
from guichet.local.postgres import SERVICES
from storm.faults.base import Fault
from storm.faults.parts import Kill
from storm.proxy import FAIR, Weather
from storm.system import Stormed

CONNECTIONS_MAX = 200
REPLAY_BACK_SECONDS = 900
REPLAY_TRIES_MAX, REPLAY_AGAIN_SECONDS = 40, 0.5


@dataclass(frozen=True)
class PostgresRestart:
    """An immediate shutdown, as after a power cut: recovery from the journal follows."""

    name: str = "postgres:restart"
    ground: str = "postgres"
    seconds: float = 0.5

    async def strike(self, stormed: Stormed) -> None:
        """Tell the server to stop without cleaning up; it is started again at once."""
        with suppress(ProcessLookupError, FileNotFoundError):
            os.kill(stormed.system.pid("postgres"), signal.SIGQUIT)

    async def heal(self, stormed: Stormed) -> None:
        """Whoever looks after it has to do it."""


@dataclass
class PostgresExhausted:
    """Somebody else takes every connection, and those of the services end."""

    name: str = "postgres:exhausted"
    ground: str = "postgres"
    seconds: float = 10.0
    _taken: list["asyncpg.Connection[asyncpg.Record]"] = field(
        default_factory=list["asyncpg.Connection[asyncpg.Record]"], repr=False
    )

    async def strike(self, stormed: Stormed) -> None:
        """End the services' connections and take all that can be had."""
        dsn = stormed.dsn("users")
        with suppress(OSError, asyncpg.PostgresError, TimeoutError):
            async with stormed.admin_connection() as connection:
                for _ in range(2):
                    await connection.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE usename LIKE 'guichet\\_%' AND application_name <> 'storm'"
                        " AND pid <> pg_backend_pid()"
                    )
                    await self._take(dsn)

    async def _take(self, dsn: str) -> None:
        with suppress(OSError, asyncpg.PostgresError, TimeoutError):
            while len(self._taken) < CONNECTIONS_MAX:
                self._taken.append(
                    await asyncpg.connect(
                        dsn, timeout=2, server_settings={"application_name": "storm"}
                    )
                )

    async def heal(self, stormed: Stormed) -> None:  # noqa: ARG002 - the faults' common shape
        """Give them all back."""
        for connection in self._taken:
            connection.terminate()
        self._taken.clear()


@dataclass
class NatsEmptied:
    """NATS is killed and its store is gone; the outboxes have kept what they sent."""

    name: str = "nats:emptied"
    ground: str = "nats"
    seconds: float = 3.0

    async def strike(self, stormed: Stormed) -> None:
        """Take the store away under the server, then kill it: it finds nothing when it is back."""
        store = stormed.system.storage / "nats" / "store"
        gone = store.with_name("store.gone")
        await asyncio.to_thread(shutil.rmtree, gone, ignore_errors=True)
        with suppress(FileNotFoundError):
            store.rename(gone)
        await Kill(self.name, ("nats",)).strike(stormed)

    async def heal(self, stormed: Stormed) -> None:
        """Do what the manual says: `guichet outbox replay` for each service.

        Who is told that it did not work, with the database away or the disk full, tries again.
        """
        since = datetime.now(UTC) - timedelta(seconds=REPLAY_BACK_SECONDS)
        for service in SERVICES:
            for attempt in range(REPLAY_TRIES_MAX):
                try:
                    await _replay(stormed.dsn(service), since)
                    break
                except (SQLAlchemyError, asyncpg.PostgresError, OSError, TimeoutError):
                    if attempt == REPLAY_TRIES_MAX - 1:
                        raise
                    await asyncio.sleep(REPLAY_AGAIN_SECONDS)


async def _replay(dsn: str, since: datetime) -> None:
    database = Database(dsn, application="storm")
    try:
        async with database.transaction() as transaction:
            await outbox.replay(transaction, since)
    finally:
        await database.close()


@dataclass(frozen=True)
class Network:
    """What lies between the services and a server misbehaves."""

    name: str
    server: str
    weather: Weather
    seconds: float = 10.0
    is_reset: bool = False

    @property
    def ground(self) -> str:
        """The way to that server."""
        return f"way to {self.server}"

    async def strike(self, stormed: Stormed) -> None:
        """Turn the weather."""
        stormed.proxies[self.server].turn(self.weather)
        if self.is_reset:
            stormed.proxies[self.server].reset()

    async def heal(self, stormed: Stormed) -> None:
        """Let the sun shine."""
        stormed.proxies[self.server].turn(FAIR)


FAULTS: tuple[Fault, ...] = (
    PostgresRestart(),
    PostgresExhausted(),
    Network("postgres:cut", "postgres", Weather(is_cut=True)),
    Network("postgres:blackhole", "postgres", Weather(is_blackhole=True)),
    Network("postgres:delay", "postgres", Weather(delay_seconds=0.05)),
    Network("postgres:reset", "postgres", FAIR, 1.0, is_reset=True),
    Kill("kill:nats", ("nats",)),
    NatsEmptied(),
    Network("nats:cut", "nats", Weather(is_cut=True)),
    Network("nats:blackhole", "nats", Weather(is_blackhole=True), 20.0),
)
