"""What `guichet ledger` prints: balances, an order's story, the closed days."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
from rich.console import Console
from rich.table import Table

from guichet.contracts.money import amount_of
from guichet.local.errors import LocalError
from guichet.local.servable import dsn_of
from guichet.local.texts import language
from guichet.tickets.closing import broken_days
from guichet.tickets.codes import order_id_of
from guichet.tickets.repository import ledger as ledger_rows

Report = Callable[["asyncpg.Connection[asyncpg.Record]"], Awaitable[Table]]

_TITLES = {
    "fr": {
        "balances": ("Soldes", "Compte", "Devise", "Solde"),
        "order": ("Commande {code}", "Quand", "Mouvement", "Débit", "Crédit", "Montant"),
        "days": ("Jours clos", "Jour", "Mouvements", "Empreinte", "Intact"),
        "yes": "oui",
        "no": "NON",
    },
    "en": {
        "balances": ("Balances", "Account", "Currency", "Balance"),
        "order": ("Order {code}", "When", "Movement", "Debit", "Credit", "Amount"),
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
        words = _TITLES["fr" if language() == "fr" else "en"]
        for day in await ledger_rows.closed_days(connection):
            verdict = words["no"] if day.day in broken else words["yes"]
            table.add_row(day.day.isoformat(), str(day.transfers), day.hash[:16], str(verdict))
        return table

    _print(report)


def _table(name: str, **values: str) -> Table:
    title, *columns = _TITLES["fr" if language() == "fr" else "en"][name]
    table = Table(title=title.format(**values), title_justify="left")
    for column in columns:
        table.add_column(column)
    return table


def _print(report: Report) -> None:
    Console().print(asyncio.run(_on_tickets(report)))


async def _on_tickets(report: Report) -> Table:
    try:
        connection = await asyncpg.connect(dsn_of("tickets"), timeout=10)
    except OSError as error:
        raise LocalError("nobody_answers", reason=str(error)) from None
    try:
        return await report(connection)
    finally:
        await connection.close()
