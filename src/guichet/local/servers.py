"""Just PostgreSQL, just NATS: for tests, benchmarks and tools that need a real server."""

import asyncio
import json
import secrets
import shutil
import subprocess
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from guichet.local import nats, postgres
from guichet.local.errors import LocalError
from guichet.local.process import last_lines, spawn, stop, wait_until

_START_SECONDS_MAX = 60.0
_STOP_SECONDS_MAX = 20.0

_Result = TypeVar("_Result")


def run_apart(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a coroutine to its end in a thread of its own.

    So that it works wherever it is called, a running event loop included.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()


@dataclass
class PostgresServer:
    """A running cluster; `stop` it when done."""

    folder: Path
    cluster: postgres.Cluster
    process: subprocess.Popen[bytes]

    @property
    def admin_dsn(self) -> str:
        """The superuser's address of the maintenance database."""
        return self.cluster.dsn(postgres.ADMIN)

    def dsn(self, service: str, database: str | None = None) -> str:
        """Return the address of a service's owner, of another database of its own if named."""
        return self.cluster.dsn(f"guichet_{service}", database)

    def runtime_dsn(self, service: str, database: str | None = None) -> str:
        """Return the same with the lesser rights that a service runs with."""
        place = database or postgres.owner_of(service)
        return self.cluster.dsn(postgres.runtime_of(service), place)

    def create_databases(self) -> None:
        """Make the five databases and their owners, those that are missing."""
        run_apart(postgres.create_databases(self.cluster))

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run one SQL statement as the superuser, outside any transaction."""
        run_apart(_execute(self.cluster.dsn(postgres.ADMIN, database), statement))

    def stop(self, *, remove: bool = False) -> None:
        """End the server; with `remove` its data goes too."""
        stop(self.process, postgres.program(self.cluster).stop_signal, _STOP_SECONDS_MAX)
        if remove:
            shutil.rmtree(self.cluster.folder, ignore_errors=True)
            _passwords_file(self.folder).unlink(missing_ok=True)
            if self.folder.is_symlink():
                self.folder.unlink()


async def _execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def start_postgres(folder: Path, port: int, *, durable: bool = True) -> PostgresServer:
    """Start a cluster kept in `folder`, making it first if need be; returns when it answers.

    Passwords are drawn once and kept beside it, readable by this user only. `durable=False`
    gives up durability for speed: for tests that do not ask about it.
    Raises LocalError with the reason when it does not come up.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    passwords = _passwords(_passwords_file(folder))
    cluster = postgres.cluster_at(folder, port, passwords, durable=durable)
    postgres.clear_leftovers(cluster)
    postgres.initialise(cluster)
    process = spawn(postgres.program(cluster))
    came_up = wait_until(
        lambda: run_apart(postgres.accepts_connections(cluster)),
        lambda: process.poll() is None,
        _START_SECONDS_MAX,
    )
    if not came_up:
        stop(process, postgres.program(cluster).stop_signal, _STOP_SECONDS_MAX)
        raise LocalError(
            "server_failed", name="PostgreSQL", reason=last_lines(cluster.log), log=cluster.log
        )
    return PostgresServer(folder, cluster, process)


def _passwords_file(folder: Path) -> Path:
    return folder.parent / f".{folder.name}.passwords"


def _passwords(file: Path) -> dict[str, str]:
    if file.exists():
        kept: dict[str, str] = json.loads(file.read_text())
        return kept
    drawn = {role: secrets.token_hex(16) for role in postgres.roles()}
    file.touch(mode=0o600)
    file.write_text(json.dumps(drawn))
    return drawn


@dataclass
class NatsServer:
    """A running NATS server; `stop` it when done."""

    broker: nats.Broker
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """The address that clients use, credentials included."""
        return self.broker.url

    def stop(self, *, remove: bool = False) -> None:
        """End the server; with `remove` its messages go too."""
        stop(self.process, nats.program(self.broker).stop_signal, _STOP_SECONDS_MAX)
        if remove:
            shutil.rmtree(self.broker.folder, ignore_errors=True)


def start_nats(folder: Path, port: int, monitor_port: int) -> NatsServer:
    """Start a NATS server that keeps its messages in `folder`; returns when JetStream is up.

    Raises LocalError with the reason when it does not come up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    broker = nats.Broker(
        folder=folder,
        port=port,
        monitor_port=monitor_port,
        user="guichet",
        password=secrets.token_hex(16),
        log=folder / "nats.log",
    )
    process = spawn(nats.program(broker))
    came_up = wait_until(
        lambda: nats.is_ready(broker), lambda: process.poll() is None, _START_SECONDS_MAX
    )
    if not came_up:
        stop(process, nats.program(broker).stop_signal, _STOP_SECONDS_MAX)
        raise LocalError(
            "server_failed", name="NATS", reason=last_lines(broker.log), log=broker.log
        )
    return NatsServer(broker, process)
