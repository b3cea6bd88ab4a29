"""The books for the checker, and the switches, over HTTP."""

import pytest

from tests.sandbox.running import RunningSandbox, charge_form

INTENTS = "/v1/payment_intents"


def test_the_books_tell_what_was_taken_and_given_back(sandbox: RunningSandbox, key: str) -> None:
    intent_id = sandbox.post(INTENTS, charge_form(key), key).body["id"]
    sandbox.post(
        "/v1/refunds",
        {"payment_intent": intent_id, "amount": "100", "metadata[refund_key]": "r"},
    )
    row = sandbox.row("order_key", key)
    assert (row["captured"], row["refunded"], row["status"]) == (4200, 100, "succeeded")
    assert [(refund["amount"], refund["metadata"]) for refund in row["refunds"]] == [
        (100, {"refund_key": "r"})
    ]


def test_the_books_by_page(sandbox: RunningSandbox, key: str) -> None:
    for number in range(3):
        sandbox.post(INTENTS, charge_form(f"{key}{number}"))
    rows = sandbox.books()
    page = sandbox.get("/_sandbox/books", {"after": rows[-3]["id"], "limit": "1"}).text.splitlines()
    assert len(page) == 1
    assert rows[-2]["id"] in page[0]
    assert sandbox.get("/_sandbox/books", {"after": rows[-1]["id"]}).text == ""
    assert sandbox.get("/_sandbox/books", {"after": "pi_x"}).status == 404


def test_switches_are_set_read_and_cleared(sandbox: RunningSandbox) -> None:
    sandbox.fault(kind="slow", seconds=1, times=3, metadata={"order_id": "9"})
    [fault] = sandbox.get("/_sandbox/faults").body["faults"]
    assert (fault["kind"], fault["times"], fault["metadata"]) == ("slow", 3, {"order_id": "9"})
    sandbox.clear_faults()
    assert sandbox.get("/_sandbox/faults").body == {"faults": []}


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b'{"kind":"party"}', b'{"kind":"slow","evry":2}', b'{"kind":"slow","every":0}'],
)
def test_other_switches_are_refused(sandbox: RunningSandbox, body: bytes) -> None:
    assert sandbox.ask("POST", "/_sandbox/faults", body).status == 400
    assert sandbox.get("/_sandbox/faults").body == {"faults": []}
