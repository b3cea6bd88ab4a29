"""The provider's routes over HTTP: the key, reading, errors in the provider's shape."""

import base64

import pytest

from tests.sandbox.running import API_KEY, RunningSandbox, charge_form

INTENTS = "/v1/payment_intents"


@pytest.fixture
def intent_id(sandbox: RunningSandbox, key: str) -> str:
    return str(sandbox.post(INTENTS, charge_form(key), key).body["id"])


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (f"Bearer {API_KEY}", 200),
        ("Basic " + base64.b64encode(f"{API_KEY}:".encode()).decode(), 200),
        ("Basic !!!", 401),
        ("Bearer sk_test_other", 401),
        (API_KEY, 401),
        ("", 401),
    ],
)
def test_the_secret_key_is_needed(sandbox: RunningSandbox, header: str, status: int) -> None:
    for path in ("/v1/balance", "/_sandbox/books", "/_sandbox/faults"):
        reply = sandbox.ask("GET", path, headers={"Authorization": header})
        assert reply.status == status
        assert "sk_test_other" not in reply.text


def test_a_payment_is_read(sandbox: RunningSandbox, intent_id: str) -> None:
    plain = sandbox.get(f"{INTENTS}/{intent_id}").body
    full = sandbox.get(f"{INTENTS}/{intent_id}", {"expand[0]": "latest_charge"}).body
    assert plain["latest_charge"] == full["latest_charge"]["id"]
    charge = sandbox.get(f"/v1/charges/{plain['latest_charge']}").body
    assert charge["payment_intent"] == intent_id
    assert charge["payment_method_details"]["card"]["brand"] == "visa"


def test_a_refund_is_read_and_listed(sandbox: RunningSandbox, intent_id: str) -> None:
    made = sandbox.post("/v1/refunds", {"payment_intent": intent_id, "amount": "100"}).body
    read = sandbox.get(f"/v1/refunds/{made['id']}").body
    listed = sandbox.get("/v1/refunds", {"payment_intent": intent_id}).body
    assert read == made
    assert listed["data"] == [made]
    assert listed["has_more"] is False


def test_lists_and_the_search(sandbox: RunningSandbox, intent_id: str, key: str) -> None:
    newest = sandbox.get(INTENTS, {"limit": "1"}).body
    assert (newest["object"], newest["data"][0]["id"]) == ("list", intent_id)
    query = {"query": f"metadata['order_key']:'{key}'", "expand[0]": "data.latest_charge"}
    found = sandbox.get(f"{INTENTS}/search", query).body
    assert (found["object"], found["total_count"]) == ("search_result", 1)
    assert found["data"][0]["latest_charge"]["object"] == "charge"


def test_the_balance_moves(sandbox: RunningSandbox, intent_id: str) -> None:
    before = sandbox.get("/v1/balance").body["available"][0]["amount"]
    sandbox.post("/v1/refunds", {"payment_intent": intent_id, "amount": "300"})
    assert sandbox.get("/v1/balance").body["available"][0]["amount"] == before - 300
    movement = sandbox.get("/v1/balance_transactions", {"limit": "1"}).body["data"][0]
    assert (movement["type"], movement["amount"]) == ("refund", -300)


@pytest.mark.parametrize(
    "path", [f"{INTENTS}/pi_x", "/v1/refunds/re_x", "/v1/charges/ch_x", f"{INTENTS}/pi_x/confirm"]
)
def test_what_is_not_there(sandbox: RunningSandbox, path: str) -> None:
    reply = sandbox.post(path, {}) if path.endswith("confirm") else sandbox.get(path)
    assert reply.status == 404
    assert reply.body["error"]["code"] == "resource_missing"


def test_unknown_parameters_are_refused(sandbox: RunningSandbox, intent_id: str) -> None:
    reply = sandbox.get(f"{INTENTS}/{intent_id}", {"surprise": "1"})
    assert (reply.status, reply.body["error"]["code"]) == (400, "parameter_unknown")


def test_reading_can_fail_too(sandbox: RunningSandbox, intent_id: str) -> None:
    sandbox.fault(kind="error_500", operation="retrieve", times=1)
    assert sandbox.get(f"{INTENTS}/{intent_id}").status == 500
    sandbox.fault(kind="reject", operation="search", times=1, status=503)
    assert sandbox.get(INTENTS).status == 503
    assert sandbox.get(f"{INTENTS}/{intent_id}").status == 200
