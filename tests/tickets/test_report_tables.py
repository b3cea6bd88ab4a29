"""Every item and movement has its words in both languages; balances frame a statement."""

from datetime import date
from decimal import Decimal

from guichet.tickets.report_tables import (
    MOVEMENTS,
    REPORT_HEADER,
    STATEMENT_HEADER,
    report_rows,
    statement_rows,
)
from guichet.tickets.reports import Posting, Report, Statement, Sums, TypeSales, VatRow

DAY = date(2027, 6, 15)


def test_a_statement_stands_between_its_balances() -> None:
    taken = Posting(DAY, 7, "Bal du port", "capture", 2500)
    fee = Posting(DAY, 7, "Bal du port", "fee", -100)
    found = Statement(100, (taken, fee), 2500)
    rows = statement_rows(found, "en")
    assert rows == [
        (None, None, None, "opening balance", Decimal("1.00")),
        ("2027-06-15", 7, "Bal du port", "payment taken", Decimal("25.00")),
        ("2027-06-15", 7, "Bal du port", "booking fee, without VAT", Decimal("-1.00")),
        (None, None, None, "closing balance", Decimal("25.00")),
    ]
    assert {len(row) for row in rows} == {len(STATEMENT_HEADER["fr"])}


def test_every_movement_of_the_ledger_has_its_words() -> None:
    assert MOVEMENTS["fr"].keys() == MOVEMENTS["en"].keys()
    assert {"capture", "refund_fee_vat", "dispute_won", "adjustment"} <= MOVEMENTS["en"].keys()


def test_a_report_has_its_sums_rates_types_and_days() -> None:
    sums = Sums(gross_minor=5000, refunds_minor=1000, fees_minor=200, vat_minor=300)
    kind = TypeSales(1, "Fosse", 2, 0, 5000, 0, 0, 5000, 200, 300)
    vat = (VatRow(550, False, 3700, 300), VatRow(2000, True, 167, 33))
    rows = report_rows(Report(sums, 0, vat, (kind,), ((DAY, sums),)), "EUR", "fr")
    assert ("net", None, None, Decimal("38.00"), "EUR") in rows
    assert ("TVA", "5.5 %", None, Decimal("3.00"), "EUR") in rows
    assert ("base de TVA des frais", "20 %", None, Decimal("1.67"), "EUR") in rows
    assert ("vendu par type", "Fosse", 2, Decimal("50.00"), "EUR") in rows
    assert ("net par jour", "2027-06-15", None, Decimal("38.00"), "EUR") in rows
    assert {len(row) for row in rows} == {len(REPORT_HEADER["en"])}
