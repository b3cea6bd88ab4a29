"""Loading a backup's dumps into databases, and what a restored database needs before it works."""

import re
from collections.abc import Mapping
from pathlib import Path

import asyncpg

from guichet.local.backup.manifest import DatabaseEntry, Manifest
from guichet.local.backup.programs import find_program, major_of, run_program
from guichet.local.backup.snapshots import migration_of, row_counts
from guichet.local.errors import LocalError

ID_GAP = 1_000_000
"""Numbers left out after a restore: more than a day can use, little of what there are."""


async def load_all(folder: Path, manifest: Manifest, dsns: Mapping[str, str]) -> None:
    """Load every dump into its empty database and compare the rows with the manifest's.

    Raises LocalError where a database is not empty, or a dump does not load whole.
    """
    program = find_program("pg_restore", major_of(manifest.pg_dump))
    for service in manifest.databases:
        if await has_tables(dsns[service]):
            raise LocalError("database_not_empty", service=service)
    for service, entry in manifest.databases.items():
        await run_program(
            program,
            dsns[service],
            [
                "--no-owner",
                "--no-privileges",
                "--exit-on-error",
                "--single-transaction",
                str(folder / entry.file),
            ],
        )
        await _compare(service, entry, dsns[service])


async def _compare(service: str, entry: DatabaseEntry, dsn: str) -> None:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        rows, migration = await row_counts(connection), await migration_of(connection)
        # Without statistics the first statements would be planned blindly.
        await connection.execute("ANALYZE")
    finally:
        await connection.close()
    if (rows, migration) != (entry.rows, entry.migration):
        differing = [name for name in entry.rows if rows.get(name) != entry.rows[name]]
        raise LocalError("restore_differs", service=service, tables=", ".join(differing))


async def has_tables(dsn: str) -> bool:
    """Return whether a database holds any table."""
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        return bool(
            await connection.fetchval(
                "SELECT EXISTS (SELECT 1 FROM pg_class WHERE relkind = 'r'"
                " AND relnamespace = 'public'::regnamespace)"
            )
        )
    finally:
        await connection.close()


async def empty(dsn: str) -> None:
    """Drop all that a database holds; its owner may."""
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        async with connection.transaction():
            await connection.execute("DROP SCHEMA public CASCADE")
            await connection.execute("CREATE SCHEMA public")
    finally:
        await connection.close()


async def prepare_to_go_on(dsn: str) -> None:
    """Make a restored database ready to be worked with.

    What its outbox keeps is marked to be sent again: the streams are lost, and somebody may not
    have handled it at the moment of the backup; who has, recognises it. Every sequence leaves a
    gap: numbers that were given out after the backup, in codes, links, mails and at the payment
    provider, must never name something else.
    """
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        async with connection.transaction():
            await connection.execute("UPDATE outbox SET sent_at = NULL WHERE sent_at IS NOT NULL")
            sequences = await connection.fetch(
                "SELECT sequencename, last_value, max_value FROM pg_sequences"
                " WHERE schemaname = 'public' AND last_value IS NOT NULL"
            )
            for sequence in sequences:
                name = _plain(sequence["sequencename"])
                next_value = min(sequence["last_value"] + ID_GAP, sequence["max_value"])
                await connection.execute("SELECT setval($1::regclass, $2)", name, next_value)
    finally:
        await connection.close()


def _plain(name: str) -> str:
    """Return a sequence's name as SQL takes it; ours are plain words."""
    if re.fullmatch(r"[a-z_][a-z0-9_]*", name) is None:
        raise ValueError(f"{name} is no name of ours")
    return name
