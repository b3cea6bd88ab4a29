"""Checking the audit log: every hash computed anew, every missing link named."""

from datetime import datetime
from typing import Any

import asyncpg

from guichet.kernel.audit import (
    FIRST_HASH,
    SEALED_WITHIN_SECONDS,
    Entry,
    entry_hash,
    entry_of,
)

READ_AT_ONCE = 5_000


async def broken_links(
    connection: "asyncpg.Connection[Any]", limit: int = 100, as_of: datetime | None = None
) -> list[str]:
    """Return what contradicts the chain, a sentence each: changed, deleted or unsealed entries.

    `as_of` is the moment that the log is of, None for now; an entry has its seal soon after.

    The caller's connection may be read-only. Entries cut off at the end leave no gap: compare
    the head with one noted elsewhere.
    """
    wrong: list[str] = []
    position, previous = 0, FIRST_HASH
    while len(wrong) < limit:
        rows = await connection.fetch(
            "SELECT * FROM audit_entries WHERE position > $1 ORDER BY position LIMIT $2",
            position,
            READ_AT_ONCE,
        )
        if not rows:
            break
        for entry in map(entry_of, rows):
            wrong += _contradictions(entry, position + 1, previous)
            position, previous = entry.position or 0, entry.hash or ""
    return (wrong + await _unsealed(connection, as_of))[:limit]


def _contradictions(entry: Entry, position: int, previous: str) -> list[str]:
    """Return what is wrong with a sealed entry that should stand at this position."""
    found = entry.position or 0
    if found != position:
        return [f"entries {position} to {found - 1} of the chain are missing"]
    if entry.previous_hash != previous:
        return [f"entry {entry.entry_id} does not follow the one before it"]
    if entry.hash != entry_hash(entry, position, previous):
        return [f"entry {entry.entry_id} ({entry.action} {entry.subject}) was changed"]
    return []


async def _unsealed(connection: "asyncpg.Connection[Any]", as_of: datetime | None) -> list[str]:
    rows = await connection.fetch(
        "SELECT entry_id FROM audit_entries WHERE hash IS NULL"
        " AND occurred_at < coalesce($2, now()) - make_interval(secs => $1)"
        " ORDER BY entry_id LIMIT 100",
        SEALED_WITHIN_SECONDS,
        as_of,
    )
    return [f"entry {row['entry_id']} was never sealed" for row in rows]
