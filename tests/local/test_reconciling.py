"""`guichet reconcile`: what it says, and whether everything agrees."""

from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from guichet.local.errors import LocalError
from guichet.local.reconciling import reconcile
from guichet.local.servers import run_apart
from tests.sandbox.running import API_KEY, RunningSandbox, charge_form
from tests.tickets.conftest import empty

OFFER = (
    "INSERT INTO offers (event_id, version, title, status, creator_id, starts_at, time_zone,"
    " location, currency, per_order_max) VALUES (1, 1, 'Concert', 'published', 3, now(),"
    " 'Europe/Paris', 'Lyon', 'EUR', 10)"
)
ORDER = (
    "INSERT INTO orders (order_id, event_id, buyer, buyer_name, buyer_email, language, lines,"
    " total_minor, currency, state) VALUES (17, 1, 'b', 'Ada', 'ada@example.com', 'fr',"
    " '[]', 4200, 'EUR', 'issued')"
)
PAYMENT = (
    "INSERT INTO payments (order_id, amount_minor, captured_minor, currency, status, method,"
    " return_url, intent_id, created_at, paid_at) VALUES (17, 4200, 4200, 'EUR', 'completed',"
    " 'card', '', $1, now() - interval '1 hour', now() - interval '30 minutes')"
)
CAPTURE = (
    "INSERT INTO ledger_transfers (reference, kind, debit_account, credit_account, amount_minor,"
    " currency, order_id, provider_reference, occurred_at) VALUES ('capture-17', 'capture',"
    " 'provider', 'organiser:3', 4200, 'EUR', 17, $1, now())"
)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[RunningSandbox]:
    """A sandbox of this test's own."""
    running = RunningSandbox(tmp_path / "sandbox")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def dsn(
    database_dsn: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    sandbox: RunningSandbox,
) -> str:
    """Let the command find a database of its own, and the sandbox."""
    address = database_dsn("tickets")
    for name, value in {
        "TICKETS_DSN": address,
        "TICKETS_LINK_SECRET": "a secret for tests alone",
        "STRIPE_API_KEY": API_KEY,
        "STRIPE_API_URL": sandbox.url,
        "STORAGE_DIR": str(tmp_path / "storage"),
    }.items():
        monkeypatch.setenv(f"GUICHET_{name}", value)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    return address


async def _one_order(dsn: str, intent_id: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await empty(connection)
        for statement in (OFFER, ORDER):
            await connection.execute(statement)
        for statement in (PAYMENT, CAPTURE):
            await connection.execute(statement, intent_id)
    finally:
        await connection.close()


def test_books_that_agree(
    dsn: str, sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    intent_id = sandbox.post("/v1/payment_intents", charge_form("order-17"), "k").body["id"]
    run_apart(_one_order(dsn, intent_id))
    assert reconcile()
    said = " ".join(capsys.readouterr().out.split())
    assert "41.12" in said, "42.00 less the provider's fee, on both sides"
    assert "1 transfer(s) entered" in said
    assert "Everything agrees." in said


def test_what_is_too_young_to_be_a_difference_is_not_called_agreement(
    dsn: str, sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = sandbox.post("/v1/payment_intents", charge_form("order-17"), "k").body["id"]
    run_apart(_one_order(dsn, ours))
    sandbox.post("/v1/payment_intents", charge_form("order-99"), "other")
    assert reconcile()
    said = " ".join(capsys.readouterr().out.split())
    assert "compare again later" in said
    assert "Everything agrees." not in said


def test_a_difference_is_said_and_is_no_success(
    dsn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run_apart(_one_order(dsn, "pi_unknown"))
    assert not reconcile()
    assert "counts 42.00 EUR as taken" in " ".join(capsys.readouterr().out.split())


def test_a_provider_that_does_not_answer_is_named(dsn: str, sandbox: RunningSandbox) -> None:
    run_apart(_one_order(dsn, "pi_unknown"))
    sandbox.fault(kind="error_500", operation="any")
    with pytest.raises(LocalError, match="provider"):
        reconcile()
