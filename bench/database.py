"""What benchmarks read from the databases, and how they fill them."""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg

from bench.system import Stand
from guichet.tickets.codes import scan_code


def fetch(stand: Stand, service: str, sql: str, *arguments: Any) -> list[Any]:
    """Return the rows of one statement on a service's database."""
    return asyncio.run(_fetch(stand.dsn(service), sql, arguments))


async def _fetch(dsn: str, sql: str, arguments: Sequence[Any]) -> list[Any]:
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch(sql, *arguments, timeout=600))
    finally:
        await connection.close()


def fetch_as_owner(stand: Stand, service: str, sql: str, *arguments: Any) -> list[Any]:
    """Return the rows of one statement that the service itself may not send."""
    return asyncio.run(_fetch(stand.dsn(f"{service}_owner"), sql, arguments))


def run_as_owner(stand: Stand, service: str, statements: Sequence[str]) -> None:
    """Run statements one after another on one connection, as the owner of the tables."""
    asyncio.run(_run(stand.dsn(f"{service}_owner"), statements))


async def _run(dsn: str, statements: Sequence[str]) -> None:
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(
        dsn, server_settings={"synchronous_commit": "off", "work_mem": "64MB"}
    )
    try:
        for statement in statements:
            await connection.execute(statement, timeout=600)
    finally:
        await connection.close()


def scan_codes(stand: Stand, event_id: int) -> list[str]:
    """Return what the QR codes of an event's tickets say."""
    rows = fetch(
        stand, "tickets", "SELECT ticket_id, secret FROM tickets WHERE event_id = $1", event_id
    )
    return [scan_code(row["ticket_id"], row["secret"]) for row in rows]


def sold(stand: Stand, event_id: int) -> tuple[int, int]:
    """Return how many places of an event the stock counts as sold, and how many tickets live."""
    rows = fetch(
        stand,
        "tickets",
        "SELECT (SELECT sum(sold) FROM stock WHERE event_id = $1) AS counted,"
        " (SELECT count(*) FROM tickets WHERE event_id = $1 AND status <> 'cancelled') AS live",
        event_id,
    )
    return int(rows[0]["counted"]), int(rows[0]["live"])
