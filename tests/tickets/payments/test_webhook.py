"""Messages of the provider: only fresh ones that it signed itself are read."""

from datetime import UTC, datetime, timedelta

import pytest

from guichet.tickets.payments import WebhookRejected
from guichet.tickets.payments.webhook import read_webhook, sign

NOON = datetime(2027, 6, 15, 12, 0, tzinfo=UTC)
SECRET = "whsec_x"
BODY = (
    b'{"id":"evt_1","type":"payment_intent.succeeded","created":1813060800,"livemode":false,'
    b'"data":{"object":{"id":"pi_1","object":"payment_intent","metadata":{"order_key":"k"}}}}'
)


@pytest.mark.parametrize("age", [-300, 0, 300])
def test_a_fresh_message_is_read(age: int) -> None:
    signed = sign(BODY, SECRET, NOON)
    event = read_webhook(BODY, signed, NOON + timedelta(seconds=age), SECRET)
    assert (event.event_id, event.kind) == ("evt_1", "payment_intent.succeeded")
    assert (event.intent_id, event.refund_id, event.order_key) == ("pi_1", None, "k")
    assert event.live is False


@pytest.mark.parametrize("age", [-302, 302])
def test_a_stale_or_future_message_is_rejected(age: int) -> None:
    signed = sign(BODY, SECRET, NOON)
    with pytest.raises(WebhookRejected):
        read_webhook(BODY, signed, NOON + timedelta(seconds=age), SECRET)


@pytest.mark.parametrize(
    "signature",
    ["", "t=1", "v1=abc", "t=x,v1=abc", "t=1,t=2,v1=abc", f"t={'9' * 5000},v1=a", "t=1,v1=é"],
)
def test_a_malformed_signature_is_rejected(signature: str) -> None:
    with pytest.raises(WebhookRejected):
        read_webhook(BODY, signature, NOON, SECRET)


def test_an_altered_or_forged_message_is_rejected() -> None:
    signed = sign(BODY, SECRET, NOON)
    with pytest.raises(WebhookRejected):
        read_webhook(BODY.replace(b"pi_1", b"pi_2"), signed, NOON, SECRET)
    with pytest.raises(WebhookRejected):
        read_webhook(BODY, sign(BODY, "whsec_y", NOON), NOON, SECRET)
    with pytest.raises(WebhookRejected):
        read_webhook(BODY, sign(BODY, "", NOON), NOON, "")


def test_one_good_signature_of_several_is_enough() -> None:
    signed = sign(BODY, SECRET, NOON).replace(",v1=", ",v1=00,v0=1,v1=")
    assert read_webhook(BODY, signed, NOON, SECRET).event_id == "evt_1"


@pytest.mark.parametrize("body", [b"{", b"[]", b"{}", b'{"id":1,"data":{"object":{}}}', b"\xff"])
def test_a_signed_message_that_is_no_event_is_rejected(body: bytes) -> None:
    with pytest.raises(WebhookRejected):
        read_webhook(body, sign(body, SECRET, NOON), NOON, SECRET)
