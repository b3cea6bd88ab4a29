"""What each database refuses by itself, read from migrated databases: `docs/database-guards.md`.

`python -m tools.database_guards` starts a PostgreSQL of its own and writes the page; a test
compares it with the databases that the migrations make.
"""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from guichet.kernel import migrations
from guichet.local.ports import free_port
from guichet.local.postgres import SERVICES
from guichet.local.servers import start_postgres

TARGET = Path("docs/database-guards.md")
HEAD = """# What the databases refuse by themselves

Whatever a service does wrong, its database does not store this: keys that are there once, \
checks of a row, references, and triggers over several rows. The role that a service runs with \
cannot lift any of it: the tables belong to another one. What is decided from what was read is \
held apart by locks besides; [Guards broken on purpose](mutations.md) has those, and the tests \
that notice.

A test compares this page with the databases that the migrations make, so that none of it goes \
unnoticed; `make docs-guards` writes it.
"""

_GUARDS = """
    SELECT c.conrelid::regclass::text AS place,
        CASE c.contype WHEN 'p' THEN 'key' WHEN 'u' THEN 'unique' WHEN 'f' THEN 'reference'
            WHEN 'x' THEN 'exclusion' ELSE 'check' END AS kind,
        c.conname::text AS name, pg_get_constraintdef(c.oid) AS definition
    FROM pg_constraint AS c
    WHERE c.connamespace = 'public'::regnamespace AND c.conrelid <> 0
        AND c.contype IN ('p', 'u', 'f', 'x', 'c')
    UNION ALL
    SELECT i.indrelid::regclass::text, 'unique', i.indexrelid::regclass::text,
        'UNIQUE' || substring(pg_get_indexdef(i.indexrelid) FROM ' \\(.*')
    FROM pg_index AS i JOIN pg_class AS t ON t.oid = i.indrelid
    WHERE i.indisunique AND t.relnamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT 1 FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)
    UNION ALL
    SELECT g.tgrelid::regclass::text, 'trigger', g.tgname::text,
        regexp_replace(pg_get_triggerdef(g.oid), '^CREATE (CONSTRAINT )?TRIGGER \\S+ ', '')
    FROM pg_trigger AS g JOIN pg_class AS t ON t.oid = g.tgrelid
    WHERE NOT g.tgisinternal AND t.relnamespace = 'public'::regnamespace
    ORDER BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Guard:
    """One thing that a table refuses; `definition` is PostgreSQL's own word for it."""

    place: str
    kind: str
    name: str
    definition: str


async def guards_of(dsn: str) -> list[Guard]:
    """Return what a migrated database refuses, by table."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(_GUARDS)
    finally:
        await connection.close()
    return [Guard(**row) for row in rows if row["place"] != "alembic_version"]


def page(guards: Mapping[str, Sequence[Guard]]) -> str:
    """Return the page over the guards of each service, in Markdown."""
    parts = [HEAD]
    for service, found in guards.items():
        parts += [f"## {service}\n", "| table | guard | name | as PostgreSQL has it |"]
        parts += ["| --- | --- | --- | --- |", *map(_row, found), ""]
    return "\n".join(parts)


def _row(guard: Guard) -> str:
    definition = " ".join(guard.definition.split()).replace("|", "\\|")
    return f"| {guard.place} | {guard.kind} | {guard.name} | `{definition}` |"


def _written() -> str:
    with tempfile.TemporaryDirectory(prefix="guichet-guards-") as folder:
        Path(folder).chmod(0o711)
        server = start_postgres(Path(folder) / "postgres", free_port(), durable=False)
        try:
            server.create_databases()
            return page({each: asyncio.run(_made(each, server.dsn(each))) for each in SERVICES})
        finally:
            server.stop()


async def _made(service: str, dsn: str) -> list[Guard]:
    await migrations.upgrade(service, dsn)
    return await guards_of(dsn)


if __name__ == "__main__":
    TARGET.write_text(_written(), "utf-8")
