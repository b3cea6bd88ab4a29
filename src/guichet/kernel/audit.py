"""The audit log: who changed what, from what to what, when and under which request.

An entry is written in the transaction of the change that it tells of, as a plain row, so that no
two writers wait for each other. A worker then chains the entries, each sealed with a hash over
its content and over the hash before it. The chain's order is that of the sealing (`position`),
not that of the ids: a transaction that commits late is sealed late, and no gap of an id, which a
rolled-back transaction may leave, has to be waited for.

The database lets an entry be sealed once and refuses every other change. What was changed or
deleted with these guards switched off shows in the chain.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy
from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, MetaData, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB

from guichet.kernel.context import Actor, acting, request_id
from guichet.kernel.database import Database, Transaction, raw_connection
from guichet.kernel.together import Writes

SEAL_SECONDS = 1.0
SEALED_AT_ONCE_MAX = 2_000
SEALED_WITHIN_SECONDS = 60
"""An entry that still waits for its seal after this long is reported."""
FIRST_HASH = "0" * 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Content = Mapping[str, object]

metadata = MetaData()
audit_entries = Table(
    "audit_entries",
    metadata,
    Column("entry_id", BigInteger, Identity(always=True), primary_key=True),
    Column("occurred_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("actor_id", BigInteger),
    Column("actor_role", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("before", JSONB),
    Column("after", JSONB),
    Column("request_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("position", BigInteger, unique=True),
    Column("previous_hash", Text),
    Column("hash", Text),
    comment="Who changed what; only grows, and each entry is sealed once by its hash.",
)
Index("audit_entries_actor", audit_entries.c.actor_id, audit_entries.c.entry_id)
Index("audit_entries_subject", audit_entries.c.subject, audit_entries.c.entry_id)
Index("audit_entries_action", audit_entries.c.action, audit_entries.c.entry_id)
Index("audit_entries_time", audit_entries.c.occurred_at, audit_entries.c.entry_id)
Index(
    "audit_entries_unsealed",
    audit_entries.c.entry_id,
    postgresql_where=audit_entries.c.hash.is_(None),
)


def add_audit_table(target: MetaData) -> None:
    """Copy the table into a service's metadata, for its migrations."""
    audit_entries.to_metadata(target)


@dataclass(frozen=True, slots=True)
class Change:
    """One change, to be entered: `action` is `<service>.<thing>.<what happened>`.

    `subject` names what was changed (`account:17`); `before` and `after` hold the changed fields,
    None where there was or is nothing. They outlive a person's account: they may hold ids,
    states, instants and amounts in minor units, and nothing personal. `actor` and `request` are
    those of the current request unless given.
    """

    action: str
    subject: str
    before: Content | None
    after: Content | None
    reason: str = ""
    actor: Actor | None = None
    request: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log; `position` and the hashes are None until it is sealed."""

    entry_id: int
    occurred_at: datetime
    actor_id: int | None
    actor_role: str
    action: str
    subject: str
    before: Any
    after: Any
    request_id: str
    reason: str
    position: int | None
    previous_hash: str | None
    hash: str | None


async def record(transaction: Transaction, *changes: Change) -> None:
    """Enter changes in the transaction that makes them."""
    if changes:
        await record_hot(await raw_connection(transaction), changes)


async def record_hot(writes: Writes, changes: Sequence[Change]) -> None:
    """Do what `record` does on a raw connection: one statement, however many changes."""
    if not changes:
        return
    actors = [change.actor or acting.get() for change in changes]
    current = request_id.get()
    await writes.execute(
        "INSERT INTO audit_entries (actor_id, actor_role, action, subject, before, after,"
        " request_id, reason) SELECT actor_id, actor_role, action, subject, before, after,"
        " request_id, reason FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[],"
        " $5::jsonb[], $6::jsonb[], $7::text[], $8::text[]) WITH ORDINALITY AS n(actor_id,"
        " actor_role, action, subject, before, after, request_id, reason, number)"
        " ORDER BY number",
        [actor.account_id for actor in actors],
        [actor.role for actor in actors],
        [change.action for change in changes],
        [change.subject for change in changes],
        [_json(change.before) for change in changes],
        [_json(change.after) for change in changes],
        [current if change.request is None else change.request for change in changes],
        [change.reason for change in changes],
    )


def _json(content: Content | None) -> str | None:
    return None if content is None else msgspec.json.encode(content).decode()


def changed_fields(before: Content, after: Content) -> tuple[dict[str, object], dict[str, object]]:
    """Return the fields that differ, as they were and as they are; empty where none does."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


async def seal_waiting(database: Database) -> int:
    """Seal every entry that waits, unless another replica is at it; returns how many."""
    total = 0
    while True:
        async with database.transaction() as transaction:
            sealed = await seal(await raw_connection(transaction))
        total += sealed
        if sealed < SEALED_AT_ONCE_MAX:
            return total


async def seal(connection: "asyncpg.Connection[Any] | PoolConnectionProxy[Any]") -> int:
    """Chain entries that wait for it, in the order of their ids; returns how many were sealed.

    One replica at a time: the lock ends with the caller's transaction.
    """
    if not await connection.fetchval(
        "SELECT pg_try_advisory_xact_lock(hashtext('audit_entries'), 0)"
    ):
        return 0
    rows = await connection.fetch(
        "SELECT * FROM audit_entries WHERE hash IS NULL ORDER BY entry_id LIMIT $1",
        SEALED_AT_ONCE_MAX,
    )
    if not rows:
        return 0
    position, previous = await head(connection)
    sealed: list[tuple[int, int, str, str]] = []
    for entry in map(entry_of, rows):
        position += 1
        own = entry_hash(entry, position, previous)
        sealed.append((entry.entry_id, position, previous, own))
        previous = own
    await connection.execute(
        "UPDATE audit_entries e SET position = n.position, previous_hash = n.previous,"
        " hash = n.own FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[])"
        " AS n(entry_id, position, previous, own) WHERE e.entry_id = n.entry_id",
        *(list(column) for column in zip(*sealed, strict=True)),
    )
    return len(sealed)


async def head(
    connection: "asyncpg.Connection[Any] | PoolConnectionProxy[Any]",
) -> tuple[int, str]:
    """Return position and hash of the last sealed entry; (0, `FIRST_HASH`) where there is none."""
    row = await connection.fetchrow(
        "SELECT position, hash FROM audit_entries WHERE position IS NOT NULL"
        " ORDER BY position DESC LIMIT 1"
    )
    return (row["position"], row["hash"]) if row else (0, FIRST_HASH)


def entry_hash(entry: Entry, position: int, previous: str) -> str:
    """Return the SHA-256 that seals an entry: the hash before it, its position, its content.

    The content is a JSON array in UTF-8 without spaces, the names of its objects sorted, its
    instant in microseconds since 1970.
    """
    content = [
        previous,
        position,
        entry.entry_id,
        (entry.occurred_at - _EPOCH) // timedelta(microseconds=1),
        entry.actor_id,
        entry.actor_role,
        entry.action,
        entry.subject,
        entry.before,
        entry.after,
        entry.request_id,
        entry.reason,
    ]
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def entry_of(row: "asyncpg.Record") -> Entry:
    """Return the entry of a row; a connection of the raw pool gives JSON as text."""
    values = dict(row)
    for name in ("before", "after"):
        if isinstance(values[name], str):
            values[name] = msgspec.json.decode(values[name])
    return Entry(**values)
