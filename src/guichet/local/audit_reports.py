"""What `guichet audit` prints: the latest entries of the logs, and whether the chains hold."""

import asyncio
from collections.abc import Sequence

import asyncpg
from rich.console import Console
from rich.table import Table

from guichet.kernel.audit import head
from guichet.kernel.audit_chain import broken_links
from guichet.kernel.audit_reading import EntryAnswer, EntryFilter, read_entries
from guichet.kernel.database import Database
from guichet.local.errors import LocalError
from guichet.local.servable import dsn_of
from guichet.local.texts import language
from guichet.verify.audit import LOGGING

_COLUMNS = {
    "fr": ("Quand", "Qui", "Quoi", "Sujet", "Avant", "Après", "Motif", "Requête"),
    "en": ("When", "Who", "What", "Subject", "Before", "After", "Reason", "Request"),
}
_WORDS = {
    "fr": {
        "title": "Journal d'audit",
        "account": "compte {id} ({role})",
        "unbroken": "{service} : chaîne intacte, {position} entrées, dernière empreinte {hash}",
        "broken": "{service} : chaîne rompue",
    },
    "en": {
        "title": "Audit log",
        "account": "account {id} ({role})",
        "unbroken": "{service}: chain unbroken, {position} entries, last hash {hash}",
        "broken": "{service}: chain broken",
    },
}


def show_entries(service: str | None, wanted: EntryFilter) -> None:
    """Print entries of one service's log, or of all; the latest first."""
    services = _services(service)
    found = [entry for name in services for entry in asyncio.run(_read(name, wanted))]
    found.sort(key=lambda entry: entry.occurred_at, reverse=True)
    table = Table(title=_word("title"), title_justify="left")
    for column in _COLUMNS["fr" if language() == "fr" else "en"]:
        table.add_column(column, overflow="fold")
    for entry in found[: wanted.limit]:
        table.add_row(*_cells(entry))
    Console().print(table)


def verify_chains(service: str | None) -> bool:
    """Compute the chains anew, print each with its head, and return whether all hold."""
    holds = True
    console = Console()
    for name in _services(service):
        wrong, position, last = asyncio.run(_check(name))
        sentence = _word("broken" if wrong else "unbroken")
        mark = "[red]✗[/red]" if wrong else "[green]✓[/green]"
        said = sentence.format(service=name, position=position, hash=last)
        console.print(f"{mark}  {said}", highlight=False, soft_wrap=True)
        for contradiction in wrong:
            console.print(f"     {contradiction}", highlight=False, markup=False)
        holds = holds and not wrong
    return holds


def _services(service: str | None) -> Sequence[str]:
    if service is None:
        return LOGGING
    if service not in LOGGING:
        raise LocalError("unknown_service", name=service, known=", ".join(LOGGING))
    return (service,)


async def _read(service: str, wanted: EntryFilter) -> list[EntryAnswer]:
    database = Database(dsn_of(service), application="guichet-audit", connections_max=1)
    try:
        await database.ping()
        async with database.reading() as connection:
            return (await read_entries(connection, wanted)).data
    except OSError as error:
        raise LocalError("nobody_answers", reason=str(error)) from None
    finally:
        await database.close()


async def _check(service: str) -> tuple[list[str], int, str]:
    try:
        connection = await asyncpg.connect(dsn_of(service), timeout=10)
    except OSError as error:
        raise LocalError("nobody_answers", reason=str(error)) from None
    try:
        return await broken_links(connection), *await head(connection)
    finally:
        await connection.close()


def _cells(entry: EntryAnswer) -> tuple[str, ...]:
    who = entry.actor_role
    if entry.actor_id is not None:
        who = _word("account").format(id=entry.actor_id, role=entry.actor_role)
    return (
        entry.occurred_at.isoformat(timespec="seconds"),
        who,
        entry.action,
        entry.subject,
        _fields(entry.before),
        _fields(entry.after),
        entry.reason,
        entry.request_id,
    )


def _fields(content: dict[str, object] | None) -> str:
    return ", ".join(f"{name} {value}" for name, value in (content or {}).items())


def _word(name: str) -> str:
    return _WORDS["fr" if language() == "fr" else "en"][name]
