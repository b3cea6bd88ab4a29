"""One database of one service: transactions for use cases, a raw pool for hot statements."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

Transaction = AsyncConnection
"""An open transaction; only `Database.transaction` commits it."""

if TYPE_CHECKING:
    HotConnection = (
        asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    )
else:
    # The driver's classes take no type arguments while the program runs.
    HotConnection = asyncpg.Connection

_OUTBOX_MARK = "guichet_outbox_written"


IDLE_IN_TRANSACTION_SECONDS_MAX = 10.0
"""A process that is stopped or cut off in the middle of a transaction keeps its locks no longer.

Others wait for the stock of an event behind such a lock. What it had not committed is undone; it
learns so when it goes on.
"""


LISTING_CONNECTIONS_MAX = 4
"""How many lists are read at once; those connections are opened when they are first needed."""


def _server_settings(application: str) -> dict[str, str]:
    return {
        "application_name": application,
        "timezone": "UTC",
        "idle_in_transaction_session_timeout": str(round(IDLE_IN_TRANSACTION_SECONDS_MAX * 1000)),
    }


class _Kept(asyncpg.Connection[asyncpg.Record] if TYPE_CHECKING else asyncpg.Connection):
    """A connection that is given back as it is: what is used for hot statements has no state.

    The driver would send one more query at each return; open transactions it ends all the same.
    A session's advisory lock has to be given back by who took it.
    """

    def get_reset_query(self) -> str:
        """Return nothing to send."""
        return ""


class Database:
    """A service's own database.

    `dsn` is `postgresql://user:password@host:port/name`. `hot` is a plain asyncpg pool, opened
    where `hot_connections` is above zero, for the few statements whose cost counts.
    """

    def __init__(
        self, dsn: str, *, application: str, connections_max: int = 8, hot_connections: int = 0
    ) -> None:
        self._dsn = dsn
        self._application = application
        self._hot_connections = hot_connections
        self._hot: asyncpg.Pool[asyncpg.Record] | None = None
        self.engine = self._engine(application, {}, connections_max)
        # A plan that the server keeps for all values of a filter reads a whole table for the rare
        # ones. Said once for a connection, that costs no trip for each list.
        self._listing = self._engine(
            f"{application}-lists",
            {"plan_cache_mode": "force_custom_plan"},
            min(connections_max, LISTING_CONNECTIONS_MAX),
        ).execution_options(isolation_level="AUTOCOMMIT")
        self.outbox_written = asyncio.Event()

    def _engine(
        self, application: str, server_settings: dict[str, str], connections_max: int
    ) -> AsyncEngine:
        return create_async_engine(
            self._dsn.replace("postgresql://", "postgresql+asyncpg://", 1),
            pool_size=connections_max,
            max_overflow=0,
            pool_pre_ping=True,
            pool_timeout=5,
            # Errors are logged, and their parameters may be hashes, tokens or addresses.
            hide_parameters=True,
            connect_args={
                "server_settings": {**_server_settings(application), **server_settings},
                "timeout": 5,
                "command_timeout": 30,
            },
        )

    @property
    def hot(self) -> "asyncpg.Pool[asyncpg.Record]":
        """The raw pool; RuntimeError where none was asked for or before `open`."""
        if self._hot is None:
            raise RuntimeError("this database was opened without hot connections")
        return self._hot

    async def open(self) -> None:
        """Check that the database answers, and open the raw pool."""
        await self.ping()
        if self._hot_connections:
            self._hot = await asyncpg.create_pool(
                self._dsn,
                min_size=1,
                max_size=self._hot_connections,
                timeout=5,
                command_timeout=30,
                connection_class=_Kept,
                server_settings=_server_settings(f"{self._application}-hot"),
            )

    async def close(self) -> None:
        """Close every connection."""
        if self._hot is not None:
            await self._hot.close()
        await self.engine.dispose()
        await self._listing.dispose()

    async def ping(self) -> None:
        """Raise the driver's error where the database does not answer within five seconds."""
        async with asyncio.timeout(5), self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Transaction]:
        """Open the one transaction of a use case: commits at the end, rolls back on an error."""
        async with self.engine.connect() as connection:
            # The mark belongs to the pooled connection, where a rolled-back use may have left it.
            connection.info.pop(_OUTBOX_MARK, None)
            async with connection.begin():
                yield connection
            if connection.info.pop(_OUTBOX_MARK, False):
                self.outbox_written.set()

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[Transaction]:
        """Open a connection for reads that need no transaction of their own."""
        async with self.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[Transaction]:
        """Open a connection whose reads all see the same moment, whatever commits meanwhile."""
        async with self.engine.connect() as connection:
            await connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            yield connection

    @asynccontextmanager
    async def hot_snapshot(self) -> AsyncGenerator[HotConnection]:
        """Take a raw connection whose reads all see the same moment."""
        async with (
            self.hot.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield connection

    @asynccontextmanager
    async def listing(self) -> AsyncGenerator[Transaction]:
        """Open a connection for reads whose best plan depends on what is asked for."""
        async with self._listing.connect() as connection:
            yield connection


async def raw_connection(transaction: Transaction) -> "asyncpg.Connection[asyncpg.Record]":
    """Return the driver's connection inside an open transaction, for hot statements within it."""
    proxied = await transaction.get_raw_connection()
    connection = cast("asyncpg.Connection[asyncpg.Record]", proxied.driver_connection)
    if not connection.is_in_transaction():
        # SQLAlchemy begins with its first statement; without one, these would commit themselves.
        await transaction.exec_driver_sql("SELECT 1")
    return connection


def mark_outbox_written(transaction: Transaction) -> None:
    """Remember to wake the outbox relay once this transaction has committed."""
    transaction.info[_OUTBOX_MARK] = True
