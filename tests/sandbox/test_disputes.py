"""Disputes: opened, won and lost by hand, with what they move and the events that tell of it."""

import json

import pytest

from guichet.sandbox.fees import DISPUTE_FEE_MINOR
from tests.sandbox.running import Reply, RunningSandbox, charge_form

DISPUTES = "/_sandbox/disputes"


def told(sandbox: RunningSandbox, path: str, **content: object) -> Reply:
    return sandbox.ask("POST", path, json.dumps(content).encode())


@pytest.fixture
def intent_id(sandbox: RunningSandbox, key: str) -> str:
    return str(sandbox.post("/v1/payment_intents", charge_form(key), key).body["id"])


def balance(sandbox: RunningSandbox) -> int:
    return int(sandbox.get("/v1/balance").body["available"][0]["amount"])


@pytest.mark.parametrize("status", ["won", "lost"])
def test_a_dispute_takes_the_amount_and_a_fee_and_may_be_won(
    sandbox: RunningSandbox, intent_id: str, status: str
) -> None:
    before = balance(sandbox)
    opened = told(sandbox, DISPUTES, payment_intent=intent_id).body
    assert (opened["status"], opened["amount"]) == ("needs_response", 4200)
    assert opened["payment_intent"] == intent_id
    assert balance(sandbox) == before - 4200 - DISPUTE_FEE_MINOR
    ended = told(sandbox, f"{DISPUTES}/{opened['id']}", status=status).body
    assert ended["status"] == status
    moved = [item["reporting_category"] for item in ended["balance_transactions"]]
    assert moved == (["dispute", "dispute_reversal"] if status == "won" else ["dispute"])
    lost = DISPUTE_FEE_MINOR + (0 if status == "won" else 4200)
    assert balance(sandbox) == before - lost
    assert sandbox.get(f"/v1/disputes/{opened['id']}").body == ended
    assert sandbox.get("/v1/disputes", {"payment_intent": intent_id}).body["data"] == [ended]
    again = told(sandbox, f"{DISPUTES}/{opened['id']}", status="lost")
    assert again.status == 400, "a dispute ends once"
    assert sandbox.get(f"/v1/charges/ch_{intent_id[3:]}01").body["disputed"] is True


@pytest.mark.parametrize(
    ("status", "is_refunded"), [("under_review", False), ("won", True), ("lost", False)]
)
def test_a_contested_payment_is_refunded_only_once_the_dispute_is_won(
    sandbox: RunningSandbox, intent_id: str, status: str, *, is_refunded: bool
) -> None:
    opened = told(sandbox, DISPUTES, payment_intent=intent_id, amount=1000).body
    told(sandbox, f"{DISPUTES}/{opened['id']}", status=status)
    answer = sandbox.post("/v1/refunds", {"payment_intent": intent_id, "amount": "200"})
    assert answer.status == (200 if is_refunded else 400)
    if not is_refunded:
        assert answer.body["error"]["code"] == "charge_disputed"


def test_what_a_dispute_moves_is_listed_with_its_source(
    sandbox: RunningSandbox, intent_id: str
) -> None:
    opened = told(sandbox, DISPUTES, payment_intent=intent_id, amount=1000).body
    told(sandbox, f"{DISPUTES}/{opened['id']}", status="won")
    query = {"limit": "3", "expand[0]": "data.source"}
    won, taken, charge = sandbox.get("/v1/balance_transactions", query).body["data"]
    assert (won["amount"], won["fee"]) == (1000, 0)
    assert (taken["amount"], taken["fee"]) == (-1000, DISPUTE_FEE_MINOR)
    assert charge["reporting_category"] == "charge"
    assert {moved["source"]["payment_intent"] for moved in (won, taken, charge)} == {intent_id}
    after = sandbox.get("/v1/balance_transactions", {"limit": "1", "starting_after": won["id"]})
    assert after.body["data"][0]["id"] == taken["id"]


def test_no_more_is_disputed_than_is_left(sandbox: RunningSandbox, intent_id: str) -> None:
    sandbox.post("/v1/refunds", {"payment_intent": intent_id, "amount": "200"})
    assert told(sandbox, DISPUTES, payment_intent=intent_id, amount=4001).status == 400
    assert told(sandbox, DISPUTES, payment_intent=intent_id, amount=4000).status == 200
    assert told(sandbox, DISPUTES, payment_intent=intent_id).status == 400
    assert told(sandbox, DISPUTES, payment_intent="pi_unknown").status == 404
    assert told(sandbox, f"{DISPUTES}/du_unknown", status="won").status == 404
    assert told(sandbox, f"{DISPUTES}/du_unknown", status="odd").status == 400
