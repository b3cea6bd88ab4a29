"""The POST endpoints over HTTP: idempotency, and every fault on its side of the effect."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.running import Reply, RunningSandbox, charge_form

INTENTS = "/v1/payment_intents"


def charge(sandbox: RunningSandbox, key: str, **changes: str) -> Reply:
    return sandbox.post(INTENTS, charge_form(key, **changes), key)


def test_the_same_key_and_parameters_give_the_stored_answer(
    sandbox: RunningSandbox, key: str
) -> None:
    first, again = charge(sandbox, key), charge(sandbox, key)
    assert (first.status, again.status) == (200, 200)
    assert first.text == again.text
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert sandbox.row("order_key", key)["captured"] == 4200


def test_the_stored_answer_stays_although_the_payment_went_on(
    sandbox: RunningSandbox, key: str
) -> None:
    first = charge(sandbox, key)
    sandbox.post("/v1/refunds", {"payment_intent": first.body["id"]})
    assert charge(sandbox, key).text == first.text


def test_the_order_of_the_parameters_does_not_matter(sandbox: RunningSandbox, key: str) -> None:
    first = charge(sandbox, key)
    turned = dict(reversed(charge_form(key).items()))
    assert sandbox.post(INTENTS, turned, key).body["id"] == first.body["id"]


def test_a_decline_is_stored_too(sandbox: RunningSandbox, key: str) -> None:
    method = {"payment_method": "pm_card_visa_chargeDeclined"}
    first, again = charge(sandbox, key, **method), charge(sandbox, key, **method)
    assert (first.status, again.status) == (402, 402)
    assert first.text == again.text
    assert again.headers["idempotent-replayed"] == "true"


def test_a_key_with_other_parameters_is_refused(sandbox: RunningSandbox, key: str) -> None:
    charge(sandbox, key)
    refused = charge(sandbox, key, amount="4300")
    assert refused.status == 400
    assert refused.body["error"]["type"] == "idempotency_error"
    assert sandbox.row("order_key", key)["amount"] == 4200


def test_a_refused_parameter_leaves_the_key_free(sandbox: RunningSandbox, key: str) -> None:
    assert charge(sandbox, key, amount="12").body["error"]["code"] == "amount_too_small"
    assert charge(sandbox, key).status == 200


def test_a_key_in_flight_is_a_conflict(sandbox: RunningSandbox, key: str) -> None:
    sandbox.fault(kind="slow", seconds=0.5, metadata={"order_key": key})
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(charge, sandbox, key)
        replies: list[Reply] = []
        while not slow.done():
            replies.append(charge(sandbox, key))
        first = slow.result()
    statuses = {reply.status for reply in [first, *replies]}
    assert statuses == {200, 409}
    conflict = next(reply for reply in [first, *replies] if reply.status == 409)
    assert conflict.body["error"]["code"] == "idempotency_key_in_use"
    assert sandbox.row("order_key", key)["captured"] == 4200


def test_many_repeats_at_once_capture_once(sandbox: RunningSandbox, key: str) -> None:
    with ThreadPoolExecutor(16) as pool:
        waiting = [pool.submit(charge, sandbox, key) for _ in range(32)]
        replies = [future.result() for future in waiting]
    assert {reply.status for reply in replies} <= {200, 409}
    assert len({reply.text for reply in replies if reply.status == 200}) == 1
    assert sandbox.row("order_key", key)["captured"] == 4200


def test_a_stored_500_comes_back_and_captures_nothing(sandbox: RunningSandbox, key: str) -> None:
    sandbox.fault(kind="error_500", times=1)
    first, again = charge(sandbox, key), charge(sandbox, key)
    assert (first.status, again.status) == (500, 500)
    assert again.headers["idempotent-replayed"] == "true"
    assert all(row["metadata"].get("order_key") != key for row in sandbox.books())


def test_a_500_that_is_not_stored_can_be_repeated(sandbox: RunningSandbox, key: str) -> None:
    sandbox.fault(kind="error_500", times=1, stored=False)
    assert charge(sandbox, key).status == 500
    assert charge(sandbox, key).status == 200


@pytest.mark.parametrize(("when", "captured"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("kind", ["drop", "hang"])
def test_a_lost_connection_is_on_the_right_side_of_the_capture(
    sandbox: RunningSandbox, key: str, kind: str, when: str, captured: int
) -> None:
    sandbox.fault(kind=kind, when=when, seconds=0.1, times=1)
    with pytest.raises(OSError):
        charge(sandbox, key)
    rows = [row for row in sandbox.books() if row["metadata"].get("order_key") == key]
    assert len(rows) == captured
    assert charge(sandbox, key).status == 200
    assert sandbox.row("order_key", key)["captured"] == 4200


def test_slow_answers_late(sandbox: RunningSandbox, key: str) -> None:
    sandbox.fault(kind="slow", seconds=0.3, amount=4200)
    started = time.monotonic()
    assert charge(sandbox, key).status == 200
    assert time.monotonic() - started >= 0.3


def test_every_third_call_is_rejected(sandbox: RunningSandbox, key: str) -> None:
    sandbox.fault(kind="reject", every=3)
    statuses = [charge(sandbox, f"{key}{number}").status for number in range(6)]
    assert statuses == [200, 200, 429, 200, 200, 429]


def test_an_empty_balance_refuses_refunds(sandbox: RunningSandbox, key: str) -> None:
    intent_id = charge(sandbox, key).body["id"]
    sandbox.fault(kind="balance_empty", operation="refund", times=1)
    refused = sandbox.post("/v1/refunds", {"payment_intent": intent_id})
    assert refused.body["error"]["code"] == "balance_insufficient"
    assert sandbox.post("/v1/refunds", {"payment_intent": intent_id}).status == 200


def test_a_success_can_come_later(sandbox: RunningSandbox, key: str) -> None:
    sandbox.fault(kind="async_success", seconds=0.3, times=1)
    intent = charge(sandbox, key).body
    assert (intent["status"], intent["amount_received"]) == ("processing", 0)
    deadline = time.monotonic() + 20
    while sandbox.row("order_key", key)["status"] == "processing":
        assert time.monotonic() < deadline
        threading.Event().wait(0.05)
    assert sandbox.row("order_key", key)["captured"] == 4200


def test_confirming_later_pays_once(sandbox: RunningSandbox, key: str) -> None:
    made = charge(sandbox, key, confirm="", payment_method="", return_url="").body
    assert made["status"] == "requires_payment_method"
    path = f"{INTENTS}/{made['id']}/confirm"
    assert sandbox.post(path, {}).body["error"]["code"] == "payment_intent_unexpected_state"
    paid = sandbox.post(path, {"payment_method": "pm_card_mastercard"}).body
    assert (paid["status"], paid["amount_received"]) == ("succeeded", 4200)
    again = sandbox.post(path, {"payment_method": "pm_card_visa"})
    assert again.status == 400
    assert again.body["error"]["payment_intent"]["status"] == "succeeded"


def test_cancelling_is_for_what_is_not_paid(sandbox: RunningSandbox, key: str) -> None:
    method = {"payment_method": "pm_card_threeDSecure2Required"}
    waiting = charge(sandbox, key, **method).body["id"]
    assert sandbox.post(f"{INTENTS}/{waiting}/cancel", {}).body["status"] == "canceled"
    assert sandbox.post(f"{INTENTS}/{waiting}/cancel", {}).status == 400
    paid = charge(sandbox, f"{key}paid").body["id"]
    refused = sandbox.post(f"{INTENTS}/{paid}/cancel", {})
    assert refused.body["error"]["code"] == "payment_intent_unexpected_state"


def test_too_long_keys_and_bodies_are_refused(sandbox: RunningSandbox, key: str) -> None:
    assert sandbox.post(INTENTS, charge_form(key), "k" * 256).status == 400
    assert sandbox.post(INTENTS, b"a=" + b"x" * 70_000, key).status == 413
