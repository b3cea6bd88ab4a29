"""Reports and statements as tables for a spreadsheet program, in French and English."""

from collections.abc import AsyncGenerator, Iterable
from decimal import Decimal

from guichet.contracts.money import amount_of
from guichet.contracts.percents import percent_of
from guichet.kernel.problems import Language
from guichet.kernel.spreadsheets import Cell, Rows
from guichet.tickets.reports import Report, Statement, Sums

REPORT_HEADER: dict[Language, tuple[str, ...]] = {
    "fr": ("Rubrique", "Détail", "Nombre", "Montant", "Devise"),
    "en": ("Item", "Detail", "Number", "Amount", "Currency"),
}
STATEMENT_HEADER: dict[Language, tuple[str, ...]] = {
    "fr": ("Jour", "Événement", "Titre", "Mouvement", "Montant"),
    "en": ("Day", "Event", "Title", "Movement", "Amount"),
}
_ITEMS: dict[Language, dict[str, str]] = {
    "fr": {
        "gross": "encaissé",
        "discounts": "remises",
        "refunds": "remboursé",
        "returned": "dont revenu de la banque, encore dû aux acheteurs",
        "fees": "frais de réservation",
        "vat": "TVA des billets",
        "net": "net",
        "provider_fees": "frais du prestataire de paiement",
        "disputes": "contestations",
        "vat_base": "base de TVA",
        "vat_rate": "TVA",
        "fee_vat_base": "base de TVA des frais",
        "fee_vat_rate": "TVA des frais",
        "type": "vendu par type",
        "day": "net par jour",
        "opening": "solde initial",
        "closing": "solde final",
    },
    "en": {
        "gross": "gross",
        "discounts": "discounts",
        "refunds": "refunds",
        "returned": "of which returned by the bank, still owed to buyers",
        "fees": "booking fees",
        "vat": "VAT of tickets",
        "net": "net",
        "provider_fees": "payment provider's fees",
        "disputes": "disputes",
        "vat_base": "VAT base",
        "vat_rate": "VAT",
        "fee_vat_base": "VAT base of fees",
        "fee_vat_rate": "VAT of fees",
        "type": "sold by type",
        "day": "net by day",
        "opening": "opening balance",
        "closing": "closing balance",
    },
}
MOVEMENTS: dict[Language, dict[str, str]] = {
    "fr": {
        "capture": "paiement encaissé",
        "fee": "frais de réservation, hors TVA",
        "fee_vat": "TVA des frais de réservation",
        "vat": "TVA des billets",
        "refund": "remboursement à l'acheteur",
        "refund_fee": "frais de réservation rendus",
        "refund_fee_vat": "TVA des frais rendue",
        "refund_vat": "TVA des billets rendue",
        "provider_fee": "frais du prestataire de paiement",
        "dispute": "paiement contesté, retiré par la banque",
        "dispute_fee": "frais de contestation",
        "dispute_won": "contestation gagnée, paiement rendu",
        "payout": "virement vers la banque",
        "adjustment": "remboursement revenu de la banque",
        "refund_failed": "remboursement revenu de la banque",
        "refund_retry": "remboursement relancé",
        "refund_settled": "remboursement payé par un autre moyen",
    },
    "en": {
        "capture": "payment taken",
        "fee": "booking fee, without VAT",
        "fee_vat": "VAT of the booking fee",
        "vat": "VAT of the tickets",
        "refund": "given back to the buyer",
        "refund_fee": "booking fee given back",
        "refund_fee_vat": "VAT of the booking fee given back",
        "refund_vat": "VAT of the tickets given back",
        "provider_fee": "the payment provider's fee",
        "dispute": "payment disputed, taken back by the bank",
        "dispute_fee": "fee of a dispute",
        "dispute_won": "dispute won, payment given back",
        "payout": "paid out to the bank",
        "adjustment": "refund returned by the bank",
        "refund_failed": "refund returned by the bank",
        "refund_retry": "refund given back again",
        "refund_settled": "refund paid by other means",
    },
}


def report_rows(report: Report, currency: str, language: Language) -> list[tuple[Cell, ...]]:
    """Return a report as rows: sums first, then VAT by rate, ticket types, days."""
    words = _ITEMS[language]
    rows: list[tuple[Cell, ...]] = [
        (words[name], None, None, _amount(minor), currency)
        for name, minor in _named(report.sums, report.discounts_minor)
    ]
    for vat in report.vat:
        prefix = "fee_vat" if vat.is_of_fees else "vat"
        rate = f"{percent_of(vat.basis_points)} %"
        rows.append((words[f"{prefix}_base"], rate, None, _amount(vat.base_minor), currency))
        rows.append((words[f"{prefix}_rate"], rate, None, _amount(vat.vat_minor), currency))
    for kind in report.by_type:
        rows.append((words["type"], kind.name, kind.sold, _amount(kind.gross_minor), currency))
    for day, sums in report.by_day:
        rows.append((words["day"], day.isoformat(), None, _amount(sums.net_minor), currency))
    return rows


def statement_rows(found: Statement, language: Language) -> list[tuple[Cell, ...]]:
    """Return a statement as rows, between its two balances."""
    words = _ITEMS[language]
    return [
        (None, None, None, words["opening"], _amount(found.opening_minor)),
        *(
            (
                posting.day.isoformat(),
                posting.event_id,
                posting.title,
                MOVEMENTS[language][posting.kind],
                _amount(posting.amount_minor),
            )
            for posting in found.postings
        ),
        (None, None, None, words["closing"], _amount(found.closing_minor)),
    ]


async def in_one_part(rows: Rows) -> AsyncGenerator[Rows]:
    """Yield rows that are there already, as a table that comes in parts does."""
    yield rows


def _named(sums: Sums, discounts_minor: int) -> Iterable[tuple[str, int]]:
    return (
        ("gross", sums.gross_minor),
        ("discounts", discounts_minor),
        ("refunds", sums.refunds_minor),
        ("returned", sums.returned_minor),
        ("fees", sums.fees_minor),
        ("net", sums.net_minor),
        ("vat", sums.vat_minor),
        ("provider_fees", sums.provider_fees_minor),
        ("disputes", sums.disputes_minor),
    )


def _amount(minor: int) -> Decimal:
    return Decimal(amount_of(minor))
