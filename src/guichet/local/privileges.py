"""What a service may do in its database when it runs as another role than the database's owner.

It reads and writes rows. It makes, changes and drops nothing, so no trigger that guards a table
either; and of what only grows it cannot change the past, whatever its code does.
"""

from urllib.parse import unquote, urlsplit

import asyncpg

ONLY_GROW = ("ledger_transfers", "ledger_days", "documents", "audit_entries")
"""Tables, of whichever service has them, whose rows stay as they are."""

SEALED_ONCE = {"audit_entries": ("position", "previous_hash", "hash")}
"""Columns of theirs that are filled in afterwards; a trigger lets that happen once."""


def role_in(dsn: str) -> str:
    """Return the role that an address `postgresql://role:password@…` signs in as."""
    return unquote(urlsplit(dsn).username or "")


async def grant(service: str, owner_dsn: str, dsn: str) -> None:
    """Give the role of `dsn` what `service` needs; nothing where it owns the database itself.

    To be called after each migration; what an earlier version granted is taken back.
    """
    role, owner = role_in(dsn), role_in(owner_dsn)
    if role == owner or not role:
        return
    connection = await asyncpg.connect(
        owner_dsn, timeout=10, server_settings={"application_name": f"guichet-migrate-{service}"}
    )
    try:
        async with connection.transaction():
            for statement in await _statements(connection, _quoted(role)):
                await connection.execute(statement)
    finally:
        await connection.close()


async def _statements(connection: "asyncpg.Connection[asyncpg.Record]", role: str) -> list[str]:
    rows = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r'"
        " AND relnamespace = 'public'::regnamespace ORDER BY relname"
    )
    there = {str(row["relname"]) for row in rows}
    statements = [
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
    ]
    for table in sorted(there & set(ONLY_GROW)):
        statements.append(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}")
        if columns := SEALED_ONCE.get(table):
            statements.append(f"GRANT UPDATE ({', '.join(columns)}) ON {table} TO {role}")
    return statements


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
