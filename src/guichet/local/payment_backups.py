"""What `guichet payments` does: back payments up, read the backups back, show one payment."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from guichet.kernel.database import Database
from guichet.local.errors import LocalError
from guichet.local.servable import environment_of
from guichet.local.texts import language, say
from guichet.tickets.payment_backups import errors
from guichet.tickets.payment_backups.checking import Comparison, compare, read_one
from guichet.tickets.payment_backups.taking import PaymentBackups, open_backups
from guichet.tickets.settings import Settings

Result = TypeVar("Result")
EXAMPLES_SHOWN = 5

_ROWS = {
    "runs": ("sauvegardes lues", "backups read"),
    "equal": ("paiements égaux", "payments equal"),
    "changed": ("modifiés depuis", "changed since"),
    "missing": ("absents de la sauvegarde", "missing from the backup"),
    "different": ("différents", "different"),
    "lost": ("absents de la base", "missing from the database"),
    "unreadable": ("illisibles", "unreadable"),
}


def back_up(*, everything: bool) -> str:
    """Back payments up now; returns the sentence that says so.

    Raises LocalError where that is not possible.
    """

    async def act(backups: PaymentBackups, _database: Database) -> str:
        run = await backups.run(everything=everything)
        return say("payments_backed_up", count=run.records, target=run.target, path=run.path)

    return _with_backups(act)


def restore_check(at: str | None) -> bool:
    """Read all backups (until `at`) back and print how they agree; returns whether they do."""
    moment = None if at is None else _moment(at)

    async def act(backups: PaymentBackups, database: Database) -> Comparison:
        return await compare(backups, database, moment)

    result = _with_backups(act)
    _show(result)
    return result.is_good


def restore_read(name: str) -> str:
    """Return every version of a payment that the backups hold, a JSON object a line.

    `name` is a payment's id in the backups (`payment-17`), or the order's number. Raises
    LocalError where there is none.
    """
    number = name.removeprefix("payment-")
    if not number.isdecimal():
        raise LocalError("unknown_payment", name=name)

    async def act(backups: PaymentBackups, _database: Database) -> str:
        versions = await read_one(backups, int(number))
        if not versions:
            raise LocalError("unknown_payment", name=name)
        return "\n".join(
            json.dumps({"backup": path, **msgspec.to_builtins(record)}, ensure_ascii=False)
            for path, record in versions
        )

    return _with_backups(act)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise LocalError("bad_time", value=text) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _show(result: Comparison) -> None:
    place = 0 if language() == "fr" else 1
    table = Table(show_header=False, box=None)
    for name, titles in _ROWS.items():
        value: int | list[str] = getattr(result, name)
        count, examples = (value, "") if isinstance(value, int) else (len(value), _examples(value))
        table.add_row(titles[place], str(count), examples)
    Console(highlight=False, soft_wrap=True).print(table)


def _examples(names: list[str]) -> str:
    more = f" … +{len(names) - EXAMPLES_SHOWN}" if len(names) > EXAMPLES_SHOWN else ""
    return ", ".join(names[:EXAMPLES_SHOWN]) + more


def tickets_settings() -> Settings:
    """Return the settings that tickets would have here; LocalError for one that cannot be."""
    named = environment_of("tickets")
    fields = {name.removeprefix("GUICHET_").lower(): value for name, value in named.items()}
    try:
        return Settings.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        name = f"GUICHET_{'_'.join(str(part) for part in first['loc'])}".upper()
        raise LocalError("bad_setting", name=name, reason=first["msg"]) from None


def _with_backups(act: Callable[[PaymentBackups, Database], Awaitable[Result]]) -> Result:
    """Do something with the settings that tickets would have here; LocalError where it fails."""
    settings = tickets_settings()
    try:
        return asyncio.run(_act(settings, act))
    except errors.BackupsAreOff:
        raise LocalError("backups_off") from None
    except errors.AnotherRunIsUnderWay:
        raise LocalError("backup_under_way") from None
    except errors.PaymentBackupError as error:
        raise LocalError("backup_failed", reason=f"{type(error).__name__}: {error}") from None


async def _act(
    settings: Settings, act: Callable[[PaymentBackups, Database], Awaitable[Result]]
) -> Result:
    database = Database(settings.tickets_dsn, application="payment backups", hot_connections=2)
    await database.open()
    backups = open_backups(settings, database)
    try:
        return await act(backups, database)
    finally:
        await backups.close()
        await database.close()
