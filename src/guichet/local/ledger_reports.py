"""What `guichet ledger` prints: balances, an order's story, days, an event's report."""

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable
from datetime import date

import asyncpg
from rich.console import Console
from rich.table import Table

from guichet.contracts.money import amount_of
from guichet.kernel.problems import Language
from guichet.kernel.spreadsheets import safe_text
from guichet.local.errors import LocalError
from guichet.local.servable import dsn_of
from guichet.local.texts import language
from guichet.tickets import reports
from guichet.tickets.closing import broken_days
from guichet.tickets.codes import order_id_of
from guichet.tickets.report_tables import MOVEMENTS, REPORT_HEADER, report_rows
from guichet.tickets.repository import ledger as ledger_rows
from guichet.tickets.repository import offers as offer_rows
from guichet.tickets.repository import reports as report_statements

Report = Callable[["asyncpg.Connection[asyncpg.Record]"], Awaitable[Table | str]]

_TITLES = {
    "fr": {
        "balances": ("Soldes", "Compte", "Devise", "Solde"),
        "order": (
            "Commande {code}",
            "Quand",
            "Ce qui s'est passé",
            "Mouvement",
            "Débit",
            "Crédit",
            "Montant",
        ),
        "day": ("{day} : {seal}", "Mouvement", "Débit", "Crédit", "Nombre", "Somme"),
        "event": ("Événement {event_id} : {title}", *REPORT_HEADER["fr"]),
        "open": "pas encore clos",
        "sealed": "empreinte {hash}, intacte",
        "broken": "empreinte {hash}, ROMPUE",
        "days": ("Jours clos", "Jour", "Mouvements", "Empreinte", "Intact"),
        "yes": "oui",
        "no": "NON",
    },
    "en": {
        "balances": ("Balances", "Account", "Currency", "Balance"),
        "order": (
            "Order {code}",
            "When",
            "What happened",
            "Movement",
            "Debit",
            "Credit",
            "Amount",
        ),
        "day": ("{day}: {seal}", "Movement", "Debit", "Credit", "Number", "Sum"),
        "event": ("Event {event_id}: {title}", *REPORT_HEADER["en"]),
        "open": "not closed yet",
        "sealed": "seal {hash}, unbroken",
        "broken": "seal {hash}, BROKEN",
        "days": ("Closed days", "Day", "Movements", "Seal", "Unbroken"),
        "yes": "yes",
        "no": "NO",
    },
}


def show_balances() -> None:
    """Print each account's balance: debits less credits."""

    async def report(connection: "asyncpg.Connection[asyncpg.Record]") -> Table:
        table = _table("balances")
        for account, currency, balance in await ledger_rows.account_balances(connection):
            table.add_row(account, currency, amount_of(balance))
        return table

    _print(report)


def show_order(code: str) -> None:
    """Print what money did for one order; raises LocalError for a code that is none."""
    order_id = order_id_of(code)
    if order_id is None:
        raise LocalError("unknown_order", code=code)

    async def report(connection: "asyncpg.Connection[asyncpg.Record]") -> Table:
        table = _table("order", code=code)
        for moved in await ledger_rows.transfers_of_order(connection, order_id):
            table.add_row(
                moved.occurred_at.isoformat(timespec="seconds"),
                MOVEMENTS[_language()].get(moved.kind, moved.kind),
                moved.reference,
                moved.debit_account,
                moved.credit_account,
                f"{amount_of(moved.amount_minor)} {moved.currency}",
            )
        return table

    _print(report)


def show_days() -> None:
    """Print the closed days, the latest first, and whether their seals are unbroken."""

    async def report(connection: "asyncpg.Connection[asyncpg.Record]") -> Table:
        table = _table("days")
        broken = set(await broken_days(connection))
        words = _TITLES[_language()]
        for day in await ledger_rows.closed_days(connection):
            verdict = words["no"] if day.day in broken else words["yes"]
            table.add_row(day.day.isoformat(), str(day.transfers), day.hash[:16], str(verdict))
        return table

    _print(report)


def show_day(day: date) -> None:
    """Print a day's closing (UTC): sums of its movements by kind and accounts, and its seal."""

    async def report(connection: "asyncpg.Connection[asyncpg.Record]") -> Table:
        table = _table("day", day=day.isoformat(), seal=await _seal_of(connection, day))
        for kind, debit, credit, currency, total, number in await report_statements.day_sums(
            connection, day
        ):
            words = MOVEMENTS[_language()].get(kind, kind)
            table.add_row(words, debit, credit, str(number), f"{amount_of(total)} {currency}")
        return table

    _print(report)


async def _seal_of(connection: "asyncpg.Connection[asyncpg.Record]", day: date) -> str:
    words = _TITLES[_language()]
    closed = {each.day: each for each in await ledger_rows.closed_days(connection)}
    if day not in closed:
        return str(words["open"])
    verdict = "broken" if day in await broken_days(connection) else "sealed"
    return str(words[verdict]).format(hash=closed[day].hash[:16])


def show_event(event_id: int, *, as_csv: bool) -> None:
    """Print an event's report, as a table or as CSV; raises LocalError for an unknown event."""

    async def report(connection: "asyncpg.Connection[asyncpg.Record]") -> Table | str:
        offer = await offer_rows.read_offer(connection, event_id)
        if offer is None:
            raise LocalError("unknown_event", id=event_id)
        found = await reports.event_report(connection, event_id, offer.time_zone)
        rows = report_rows(found, offer.currency, _language())
        cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
        if as_csv:
            return _csv([list(REPORT_HEADER[_language()]), *cells])
        table = _table("event", event_id=str(event_id), title=offer.title)
        for row in cells:
            table.add_row(*row)
        return table

    _print(report)


def _csv(rows: list[list[str]]) -> str:
    target = io.StringIO()
    csv.writer(target).writerows([safe_text(cell) for cell in row] for row in rows)
    return target.getvalue()


def _language() -> Language:
    return "fr" if language() == "fr" else "en"


def _table(name: str, **values: str) -> Table:
    title, *columns = _TITLES[_language()][name]
    table = Table(title=title.format(**values), title_justify="left")
    for column in columns:
        table.add_column(column)
    return table


def _print(report: Report) -> None:
    found = asyncio.run(_on_tickets(report))
    if isinstance(found, str):
        print(found, end="")
    else:
        Console().print(found)


async def _on_tickets(report: Report) -> Table | str:
    try:
        connection = await asyncpg.connect(dsn_of("tickets"), timeout=10)
    except OSError as error:
        raise LocalError("nobody_answers", reason=str(error)) from None
    try:
        return await report(connection)
    finally:
        await connection.close()
