"""What `guichet ledger` prints of a real ledger."""

import asyncpg
import pytest

from guichet.local import ledger_reports
from guichet.local.errors import LocalError
from guichet.local.servers import run_apart
from guichet.tickets.codes import order_code
from tests.conftest import DatabaseDsn


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
        " amount_minor, currency, order_id, occurred_at) VALUES"
        " ('capture-7', 'capture', 'provider', 'organiser:3', 5000, 'EUR', 7, now()),"
        " ('refund-1', 'refund', 'organiser:3', 'provider', 1999, 'EUR', 7, now())"
        " ON CONFLICT DO NOTHING"
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
