"""The objects have the fields and the meaning of the provider's."""

import msgspec
import pytest
from msgspec.structs import replace

from guichet.sandbox.cards import CARDS
from guichet.sandbox.fees import STANDARD_FEE
from guichet.sandbox.records import Attempt
from guichet.sandbox.shapes import (
    charge_shape,
    charge_transaction,
    fee_of,
    intent_shape,
    list_shape,
    problem_shape,
    refund_failure_transaction,
    refund_shape,
    refund_transaction,
)
from tests.sandbox.making import a_paid_intent, a_refund, an_intent

BANK = "http://127.0.0.1:8010/_sandbox/bank"


def test_a_paid_intent() -> None:
    shape = intent_shape(a_paid_intent(refunded=100), BANK)
    assert shape["object"] == "payment_intent"
    assert shape["livemode"] is False
    assert (shape["amount"], shape["amount_received"]) == (4200, 4200)
    assert shape["status"] == "succeeded"
    assert shape["latest_charge"] == a_paid_intent().charge_id
    assert shape["client_secret"].startswith(shape["id"] + "_secret_")
    assert shape["next_action"] is None


def test_the_charge_is_expanded_where_asked() -> None:
    intent = a_paid_intent(refunded=100)
    charge = intent_shape(intent, BANK, ("latest_charge",))["latest_charge"]
    assert (charge["object"], charge["amount_refunded"], charge["refunded"]) == (
        "charge",
        100,
        False,
    )
    assert charge["payment_method_details"]["card"]["last4"] == "4242"
    assert isinstance(charge["balance_transaction"], str)
    deeper = intent_shape(intent, BANK, ("latest_charge.balance_transaction",))["latest_charge"]
    assert deeper["balance_transaction"]["net"] == 4200 - STANDARD_FEE.of(4200)
    assert deeper["balance_transaction"]["id"] == charge["balance_transaction"]


def test_a_failed_attempt() -> None:
    decline = CARDS["pm_card_visa_chargeDeclined"].decline
    attempt = Attempt("pm_card_visa_chargeDeclined", 1, "failed", decline)
    intent = an_intent(attempts=(attempt,), last_problem=decline)
    shape = intent_shape(intent, BANK)
    assert shape["last_payment_error"]["decline_code"] == "generic_decline"
    assert shape["last_payment_error"]["payment_method"]["card"]["last4"] == "0002"
    assert shape["payment_method"] is None
    charge = charge_shape(intent, 1)
    assert (charge["status"], charge["captured"], charge["amount_captured"]) == ("failed", False, 0)
    assert charge["balance_transaction"] is None


@pytest.mark.parametrize(
    ("return_url", "kind"), [("https://x.example", "redirect_to_url"), (None, "use_stripe_sdk")]
)
def test_a_buyer_is_sent_to_the_bank(return_url: str | None, kind: str) -> None:
    intent = an_intent(status="requires_action", return_url=return_url)
    action = intent_shape(intent, BANK)["next_action"]
    assert action["type"] == kind
    if return_url is not None:
        address = action["redirect_to_url"]["url"]
        assert address == f"{BANK}/{intent.id}?secret={intent.secret}"


@pytest.mark.parametrize("status", ["succeeded", "pending", "failed"])
def test_a_refund(status: str) -> None:
    shape = refund_shape(a_refund(status=status), a_paid_intent(), ("charge",))
    assert (shape["object"], shape["amount"], shape["status"]) == ("refund", 100, status)
    assert shape["charge"]["object"] == "charge"
    assert ("failure_reason" in shape) is (status == "failed")


def test_the_movements_of_a_failed_refund_cancel_out() -> None:
    refund, intent = a_refund(status="failed"), a_paid_intent()
    back, again = refund_transaction(refund, intent), refund_failure_transaction(refund, intent)
    assert back["net"] + again["net"] == 0
    assert back["id"] != again["id"]
    assert charge_transaction(intent)["source"] == intent.charge_id


def test_a_fee_stays_what_it_was_at_the_capture() -> None:
    assert fee_of(an_intent()) == 0
    assert fee_of(a_paid_intent()) == STANDARD_FEE.of(4200)
    noted = (Attempt("pm_card_visa", 1_001, "succeeded", fee=7),)
    assert fee_of(a_paid_intent(attempts=noted)) == 7
    assert charge_transaction(a_paid_intent(attempts=noted))["net"] == 4193


def test_errors_and_lists() -> None:
    decline = CARDS["pm_card_chargeDeclinedExpiredCard"].decline
    assert decline is not None
    shape = problem_shape(decline)
    assert (shape["type"], shape["code"]) == ("card_error", "expired_card")
    assert "param" not in shape
    assert list_shape("/v1/x", [], has_more=False)["object"] == "list"


def test_a_shape_is_the_same_every_time() -> None:
    intent = replace(a_paid_intent(), description="Bénabar")
    drawn = {msgspec.json.encode(intent_shape(intent, BANK, ("latest_charge",))) for _ in range(3)}
    assert len(drawn) == 1
