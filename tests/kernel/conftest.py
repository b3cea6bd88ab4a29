"""A database with nothing but the kernel's own tables, and messages to send."""

import asyncio
import itertools
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import ClassVar

import pytest

from guichet.kernel.bus import Bus
from guichet.kernel.database import Database
from guichet.kernel.outbox import Message
from guichet.kernel.tables import metadata
from guichet.local.servers import NatsServer, PostgresServer

_databases = itertools.count(1)
_publishers = itertools.count(1)


def new_message() -> type[Message]:
    """Return a kind of message of a publisher, and so of a stream, that no other test has."""

    class Noted(Message):
        subject: ClassVar[str] = f"publisher{next(_publishers)}.thing.noted"

        number: int

    return Noted


async def eventually(is_so: Callable[[], bool], seconds_max: float = 20.0) -> None:
    """Wait until something is so; TimeoutError where it never is."""
    async with asyncio.timeout(seconds_max):
        while not is_so():  # noqa: ASYNC110 - what is waited for has no event to wait on
            await asyncio.sleep(0.01)


@pytest.fixture(scope="session")
def empty_dsn(postgres: PostgresServer) -> Iterator[str]:
    """The address of an empty database of its own."""
    name = f"test_kernel_{next(_databases)}"
    postgres.execute(f'CREATE DATABASE "{name}" OWNER "guichet_users"')
    yield postgres.dsn("users", name)
    postgres.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
async def database(empty_dsn: str) -> AsyncIterator[Database]:
    """A database with empty message tables."""
    opened = Database(empty_dsn, application="kernel-test")
    await opened.open()
    async with opened.engine.begin() as connection:
        await connection.run_sync(metadata.drop_all)
        await connection.run_sync(metadata.create_all)
    yield opened
    await opened.close()


@asynccontextmanager
async def bus_of(server: NatsServer, name: str) -> AsyncGenerator[Bus]:
    """Connect as the service of that name."""
    opened = Bus(server.url, name=name)
    await opened.open()
    try:
        yield opened
    finally:
        await opened.close()


@pytest.fixture
async def bus(nats: NatsServer) -> AsyncIterator[Bus]:
    async with bus_of(nats, "kernel-test") as opened:
        yield opened
