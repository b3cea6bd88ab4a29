"""The bank's page: in two languages, for who knows the secret, once."""

from urllib.parse import parse_qs, urlsplit

import pytest

from guichet.sandbox.bank_page import TEXTS, amount_text, return_address
from tests.sandbox.making import a_paid_intent, an_intent
from tests.sandbox.running import RunningSandbox, charge_form

INTENTS = "/v1/payment_intents"


@pytest.fixture
def address(sandbox: RunningSandbox, key: str) -> str:
    form = charge_form(
        key,
        payment_method="pm_card_authenticationRequiredOnSetup",
        description="<script>alert(1)</script>",
    )
    intent = sandbox.post(INTENTS, form, key).body
    assert intent["status"] == "requires_action"
    return str(intent["next_action"]["redirect_to_url"]["url"])


@pytest.mark.parametrize(
    ("header", "language", "amount"),
    [
        ("fr-CA", "fr", "42,00 EUR"),
        ("en-GB,fr;q=0.5", "en", "42.00 EUR"),
        ("de", "fr", "42,00 EUR"),
    ],
)
def test_it_speaks_the_buyers_language(
    sandbox: RunningSandbox, address: str, header: str, language: str, amount: str
) -> None:
    reply = sandbox.ask("GET", address, headers={"Accept-Language": header})
    assert reply.status == 200
    assert f'<html lang="{language}">' in reply.text
    assert TEXTS[language]["pass"] in reply.text
    assert amount in reply.text


def test_the_language_can_be_switched(sandbox: RunningSandbox, address: str) -> None:
    assert '<html lang="en">' in sandbox.ask("GET", f"{address}&lang=en").text


def test_nothing_of_the_order_runs_in_the_page(sandbox: RunningSandbox, address: str) -> None:
    reply = sandbox.ask("GET", address)
    assert "<script" not in reply.text
    assert "&lt;script&gt;" in reply.text
    assert "default-src 'none'" in reply.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("choice", "status", "captured"), [("pass", "succeeded", 4200), ("fail", "failed", 0)]
)
def test_the_buyer_decides_and_goes_back(
    sandbox: RunningSandbox, address: str, key: str, choice: str, status: str, captured: int
) -> None:
    reply = sandbox.post(address, {"choice": choice})
    assert reply.status == 303
    location = urlsplit(reply.headers["location"])
    assert (location.netloc, location.path) == ("127.0.0.1:8080", "/commandes/ABC")
    query = parse_qs(location.query)
    assert (query["redirect_status"], query["a"]) == ([status], ["1"])
    row = sandbox.row("order_key", key)
    assert (row["captured"], [row["id"]]) == (captured, query["payment_intent"])


def test_a_second_decision_changes_nothing(sandbox: RunningSandbox, address: str, key: str) -> None:
    sandbox.post(address, {"choice": "fail"})
    again = sandbox.post(f"{address}&lang=en", {"choice": "pass"})
    assert (again.status, TEXTS["en"]["over"] in again.text) == (200, True)
    assert sandbox.row("order_key", key)["captured"] == 0


def test_no_decision_changes_nothing(sandbox: RunningSandbox, address: str, key: str) -> None:
    assert sandbox.post(address, {"choice": "maybe"}).status == 200
    assert sandbox.row("order_key", key)["status"] == "requires_action"


def test_without_the_secret_there_is_no_payment(
    sandbox: RunningSandbox, address: str, key: str
) -> None:
    for wrong in (
        address.split("?", maxsplit=1)[0],
        address + "x",
        address.replace("pi_3", "pi_4"),
    ):
        assert sandbox.ask("GET", wrong).status == 404
        assert sandbox.post(wrong, {"choice": "pass"}).status == 404
    assert sandbox.row("order_key", key)["status"] == "requires_action"


def test_the_way_back_keeps_what_the_shop_asked_for() -> None:
    intent = a_paid_intent(return_url="https://box.example/x?y=1#z")
    address = return_address(intent)
    assert address.startswith("https://box.example/x?y=1&payment_intent=pi_3")
    assert address.endswith("redirect_status=succeeded#z")


def test_amounts_for_people() -> None:
    assert amount_text(an_intent(amount=5), "fr") == "0,05 EUR"


def test_both_languages_say_the_same_things() -> None:
    assert TEXTS["fr"].keys() == TEXTS["en"].keys()
