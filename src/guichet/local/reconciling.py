"""What `guichet reconcile` does: compare with the payment provider now, and say what was found."""

import asyncio

from rich.console import Console
from rich.table import Table

from guichet.contracts.money import amount_of
from guichet.kernel.database import Database
from guichet.local.errors import LocalError
from guichet.local.payment_backups import tickets_settings
from guichet.local.texts import language
from guichet.tickets.faults import FaultPoints
from guichet.tickets.issuing import OrderWriter
from guichet.tickets.late_payments import LatePayments
from guichet.tickets.links import OrderLinks
from guichet.tickets.payments.stripe_adapter import StripeProvider
from guichet.tickets.provider_changes import ProviderChanges
from guichet.tickets.purchase import Purchase
from guichet.tickets.reconciliation import Reconciliation, Report
from guichet.tickets.reconciliation_texts import sentence_of
from guichet.tickets.refunds import Refunds
from guichet.tickets.settings import Settings

TRIES_MAX, PAUSE_SECONDS = 40, 0.5
"""A running system looks at its payments every minute, for a moment."""

_WORDS = {
    "fr": {
        "title": "Compte chez le prestataire",
        "columns": "Jour, Devise, Grand livre, Prestataire, Différence",
        "figures": "{payments} paiement(s) et {movements} mouvement(s) lus, {entered} écriture(s)"
        " ajoutée(s), {repaired} réparation(s).",
        "nothing": "Tout concorde.",
        "open": "Rien de ce qui est établi ne diffère. Ce qui diffère ci-dessus date de moins de"
        " cinq minutes ou d'un jour en cours : comparez encore plus tard.",
    },
    "en": {
        "title": "Account at the provider",
        "columns": "Day, Currency, Ledger, Provider, Difference",
        "figures": "{payments} payment(s) and {movements} movement(s) read, {entered} transfer(s)"
        " entered, {repaired} repair(s).",
        "nothing": "Everything agrees.",
        "open": "Nothing that is settled differs. What differs above is younger than five minutes"
        " or of a day that is not over: compare again later.",
    },
}


def reconcile() -> bool:
    """Compare now and print what was found; returns whether everything agrees.

    Raises LocalError where another process is at it, or the provider does not answer.
    """
    report = asyncio.run(_compare(tickets_settings()))
    if report is None:
        raise LocalError("reconciling_already")
    _show(report)
    if report.run.error is not None:
        raise LocalError("nobody_answers", reason=report.run.error)
    return not report.found


async def _compare(settings: Settings) -> Report | None:
    database = Database(settings.tickets_dsn, application="guichet-reconcile", hot_connections=4)
    await database.open()
    provider = StripeProvider(
        api_key=settings.stripe_api_key,
        api_url=settings.stripe_api_url,
        webhook_secret=settings.stripe_webhook_secret,
    )
    try:
        links = OrderLinks(settings.tickets_link_secret, settings.outside_url)
        refunds = Refunds(database, provider)
        writer = OrderWriter(database, links)
        purchase = Purchase(writer, provider, refunds, FaultPoints(None))
        late = LatePayments(database, purchase, refunds)
        changes = ProviderChanges(database, provider.books, late, refunds)
        reconciliation = Reconciliation(database, provider.books, changes, late)
        for _ in range(TRIES_MAX):
            report = await reconciliation.compare()
            if report is not None:
                return report
            await asyncio.sleep(PAUSE_SECONDS)
        return None
    finally:
        await provider.close()
        await database.close()


def _show(report: Report) -> None:
    chosen = "fr" if language() == "fr" else "en"
    words, console, run = _WORDS[chosen], Console(), report.run
    table = Table(title=words["title"], title_justify="left")
    for column in words["columns"].split(", "):
        table.add_column(column)
    for day in report.days:
        amounts = (day.ledger_minor, day.provider_minor, day.difference_minor)
        table.add_row(day.day.isoformat(), day.currency, *map(amount_of, amounts))
    console.print(table)
    console.print(
        words["figures"].format(
            payments=run.payments_read,
            movements=run.movements_read,
            entered=run.entered,
            repaired=run.repaired,
        )
    )
    for found in report.found:
        console.print(f"• {sentence_of(found, chosen)}")
    if not report.found and run.error is None:
        is_open = any(day.difference_minor for day in report.days)
        console.print(words["open" if is_open else "nothing"])
