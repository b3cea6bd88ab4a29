"""One moment of five databases: snapshots taken together, and proof that they fit together.

No clock is common to the databases, so what counts is cause and effect: no snapshot may hold the
effect of something whose cause another lacks. They are taken within milliseconds, in the order
in which services know of each other: who only listens comes first, whom all refer to comes last.
An effect that is missing comes again with the outbox; a cause that is missing never would. What
the order alone cannot rule out is looked up: had somebody handled a message that its sender, in
its own snapshot, has not written yet, then all snapshots are taken again.
"""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import asyncpg

from guichet.local.errors import LocalError

ORDER = ("notifications", "users", "tickets", "events", "auth")
ATTEMPTS_MAX = 8
_MESSAGE_ID = re.compile(r"([a-z]+)-(\d+)-\d+")


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The open snapshots: name and connection by service; they end with their connections."""

    names: Mapping[str, str]
    connections: "Mapping[str, asyncpg.Connection[asyncpg.Record]]"
    is_consistent: bool


@asynccontextmanager
async def take_snapshots(dsns: Mapping[str, str]) -> AsyncGenerator[Snapshots]:
    """Hold one consistent moment of all databases open.

    After several attempts in vain the last one is given, marked as inconsistent: a backup with a
    projection that lags behind is better than none. Raises LocalError where no database answers.
    """
    async with AsyncExitStack() as stack:
        connections: dict[str, asyncpg.Connection[asyncpg.Record]] = {}
        for service in ORDER:
            connections[service] = await _connect(dsns[service])
            stack.push_async_callback(connections[service].close)
        names: dict[str, str] = {}
        is_consistent = False
        for _ in range(ATTEMPTS_MAX):
            names = await _begin_all(connections)
            is_consistent = not await received_before_sent(connections)
            if is_consistent:
                break
        yield Snapshots(names, connections, is_consistent)


async def _connect(dsn: str) -> "asyncpg.Connection[asyncpg.Record]":
    try:
        return await asyncpg.connect(
            dsn, timeout=10, server_settings={"application_name": "guichet-backup"}
        )
    except (OSError, asyncpg.PostgresError) as error:
        raise LocalError("nobody_answers", reason=str(error) or type(error).__name__) from None


async def _begin_all(
    connections: "Mapping[str, asyncpg.Connection[asyncpg.Record]]",
) -> dict[str, str]:
    for connection in connections.values():
        await connection.execute("ROLLBACK")
    names: dict[str, str] = {}
    for service, connection in connections.items():
        await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        names[service] = await connection.fetchval("SELECT pg_export_snapshot()")
    return names


async def received_before_sent(
    connections: "Mapping[str, asyncpg.Connection[asyncpg.Record]]",
) -> list[str]:
    """Return messages that a snapshot has handled and its sender's has not written yet."""
    wrong: list[str] = []
    services = list(connections)
    for place, service in enumerate(services):
        received = await _lately_received(connections[service])
        # Who was read later than the receiver has written all that the receiver can have had.
        for sender in services[:place]:
            ids = received.get(sender, [])
            rows = await connections[sender].fetch(
                "SELECT id FROM outbox WHERE id = ANY($1::bigint[])", ids
            )
            written = {row["id"] for row in rows}
            wrong += [f"{sender}-{number}" for number in ids if number not in written]
    return wrong


async def _lately_received(
    connection: "asyncpg.Connection[asyncpg.Record]",
) -> dict[str, list[int]]:
    rows = await connection.fetch(
        "SELECT message_id FROM inbox WHERE received_at > now() - interval '1 minute'"
    )
    found: dict[str, list[int]] = {}
    for row in rows:
        named = _MESSAGE_ID.fullmatch(row["message_id"])
        if named is not None:
            found.setdefault(named.group(1), []).append(int(named.group(2)))
    return found


async def migration_of(connection: "asyncpg.Connection[asyncpg.Record]") -> str:
    """Return the migration that a database is at; LocalError where it has none."""
    try:
        found: str = await connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        raise LocalError("not_migrated") from None
    return found


async def row_counts(connection: "asyncpg.Connection[asyncpg.Record]") -> dict[str, int]:
    """Return the number of rows of each table."""
    tables = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r'"
        " AND relnamespace = 'public'::regnamespace ORDER BY relname"
    )
    counts: dict[str, int] = {}
    for table in tables:
        name = str(table["relname"])
        counts[name] = await connection.fetchval(f'SELECT count(*) FROM "{name}"')  # noqa: S608 - our own tables
    return counts
