"""What `guichet ledger` prints of a real ledger."""

import csv
from datetime import UTC, date, datetime

import asyncpg
import pytest

from guichet.local import ledger_reports
from guichet.local.errors import LocalError
from guichet.local.servers import run_apart
from guichet.tickets.codes import order_code
from tests.conftest import DatabaseDsn

ENTERED_AT = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def one_sale(database_dsn: DatabaseDsn, monkeypatch: pytest.MonkeyPatch) -> None:
    dsn = database_dsn("tickets")
    monkeypatch.setenv("GUICHET_TICKETS_DSN", dsn)
    monkeypatch.setenv("LC_ALL", "C")
    run_apart(_enter(dsn))


async def _enter(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "INSERT INTO ledger_transfers (reference, kind, debit_account, credit_account,"
        " amount_minor, currency, order_id, occurred_at, entered_at) VALUES"
        " ('capture-7', 'capture', 'provider', 'organiser:3', 5000, 'EUR', 7, $1, $1),"
        " ('refund-1', 'refund', 'organiser:3', 'provider', 1999, 'EUR', 7, $1, $1)"
        " ON CONFLICT DO NOTHING",
        ENTERED_AT,
    )
    await connection.close()


def test_balances_are_debits_less_credits(capsys: pytest.CaptureFixture[str]) -> None:
    ledger_reports.show_balances()
    printed = capsys.readouterr().out
    assert "30.01" in printed
    assert "-30.01" in printed


def test_an_orders_story_is_told_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    ledger_reports.show_order(order_code(7))
    printed = capsys.readouterr().out
    assert printed.index("50.00 EUR") < printed.index("19.99 EUR")


def test_an_orders_story_is_told_in_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    ledger_reports.show_order(order_code(7))
    printed = capsys.readouterr().out
    assert printed.index("payment taken") < printed.index("given back to the buyer")
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    ledger_reports.show_order(order_code(7))
    assert "paiement encaissé" in capsys.readouterr().out


def test_a_day_has_sums_by_kind_and_says_whether_it_is_closed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    ledger_reports.show_day(ENTERED_AT.date())
    printed = capsys.readouterr().out
    assert "not closed yet" in printed
    assert "50.00 EUR" in printed
    ledger_reports.show_day(date(2020, 1, 1))
    assert "50.00" not in capsys.readouterr().out


def test_an_events_report_as_table_and_as_csv(
    capsys: pytest.CaptureFixture[str],
    database_dsn: DatabaseDsn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    run_apart(_sell(database_dsn("tickets")))
    ledger_reports.show_event(70, as_csv=False)
    printed = capsys.readouterr().out
    assert "Concert" in printed
    assert "30.01" in printed
    ledger_reports.show_event(70, as_csv=True)
    rows = list(csv.reader(capsys.readouterr().out.splitlines()))
    assert rows[0] == ["Item", "Detail", "Number", "Amount", "Currency"]
    assert ["gross", "", "", "50.00", "EUR"] in rows
    assert ["net", "", "", "30.01", "EUR"] in rows


async def _sell(dsn: str) -> None:
    """Give the order of the ledger's movements its event."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "INSERT INTO offers (event_id, version, title, status, creator_id, starts_at, time_zone,"
        " location, currency, per_order_max) VALUES (70, 1, 'Concert', 'published', 3, now(),"
        " 'Europe/Paris', 'Grenoble', 'EUR', 10);"
        " INSERT INTO orders (order_id, event_id, buyer, buyer_name, buyer_email, language, lines,"
        " total_minor, currency, state) OVERRIDING SYSTEM VALUE VALUES (7, 70, 'account:1', '',"
        " '', 'fr', '[]', 5000, 'EUR', 'issued')"
    )
    await connection.close()


def test_an_event_that_is_unknown_is_said() -> None:
    with pytest.raises(LocalError, match="4711"):
        ledger_reports.show_event(4711, as_csv=False)


def test_what_is_no_code_is_said() -> None:
    with pytest.raises(LocalError, match="XX"):
        ledger_reports.show_order("XX")


def test_no_day_is_closed_yet(capsys: pytest.CaptureFixture[str]) -> None:
    ledger_reports.show_days()
    assert "Closed days" in capsys.readouterr().out


def test_a_server_that_is_away_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUICHET_TICKETS_DSN", "postgresql://a:b@127.0.0.1:1/none")
    with pytest.raises(LocalError, match="make up"):
        ledger_reports.show_balances()
