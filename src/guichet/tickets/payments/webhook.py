"""Reads the provider's signed messages.

Stripe signs `<t>.<body>` with HMAC-SHA256 and sends `Stripe-Signature: t=<seconds>,v1=<hex>`, with
several `v1` while a secret is being replaced. The SDK checks the age on one side only and against
its own clock; here a message from the future is refused as well, and the clock is passed in.
"""

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from typing import Any, cast

from guichet.tickets.payments.port import WebhookEvent, WebhookRejected

AGE_SECONDS_MAX = 300
TIMESTAMP_DIGITS_MAX = 15


def sign(payload: bytes, secret: str, at: datetime) -> str:
    """Return the `Stripe-Signature` header for a body signed at that moment."""
    timestamp = int(at.timestamp())
    return f"t={timestamp},v1={_digest(payload, secret, timestamp)}"


def read_webhook(payload: bytes, signature: str, now: datetime, secret: str) -> WebhookEvent:
    """Verify the signature and the age (300 s either way), then read the message.

    Raises `WebhookRejected`. An empty secret rejects everything: it would sign for anybody.
    """
    _verify(payload, signature, now, secret)
    try:
        message: Any = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise WebhookRejected("The body is not JSON.") from error
    try:
        return _read(message)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise WebhookRejected("The body is not an event.") from error


def _digest(payload: bytes, secret: str, timestamp: int) -> str:
    signed = str(timestamp).encode() + b"." + payload
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _verify(payload: bytes, signature: str, now: datetime, secret: str) -> None:
    if not secret:
        raise WebhookRejected("No webhook secret is set.")
    pairs = [part.strip().partition("=") for part in signature.split(",")]
    stamps = [value for name, _, value in pairs if name == "t"]
    # int() refuses a huge number of digits with an error of its own.
    if len(stamps) != 1 or not re.fullmatch(rf"[0-9]{{1,{TIMESTAMP_DIGITS_MAX}}}", stamps[0]):
        raise WebhookRejected("The signature header is malformed.")
    timestamp = int(stamps[0])
    expected = _digest(payload, secret, timestamp).encode()
    offered = [value.encode("utf-8", "replace") for name, _, value in pairs if name == "v1"]
    if not any(hmac.compare_digest(expected, candidate) for candidate in offered):
        raise WebhookRejected("The signature does not match.")
    if abs(now.timestamp() - timestamp) > AGE_SECONDS_MAX:
        raise WebhookRejected("The message is too old, or from the future.")


def _read(message: dict[str, Any]) -> WebhookEvent:
    about = cast(dict[str, Any], message["data"]["object"])
    kind = about["object"]
    intent = about["id"] if kind == "payment_intent" else about.get("payment_intent")
    if isinstance(intent, dict):
        intent = cast(dict[str, Any], intent)["id"]
    metadata = cast(dict[str, str], about.get("metadata") or {})
    return WebhookEvent(
        event_id=_text(message["id"]),
        kind=_text(message["type"]),
        occurred_at=datetime.fromtimestamp(int(message["created"]), UTC),
        intent_id=None if intent is None else _text(intent),
        refund_id=_text(about["id"]) if kind == "refund" else None,
        order_key=metadata.get("order_key"),
        live=message.get("livemode") is True,
        dispute_id=_text(about["id"]) if kind == "dispute" else None,
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("a text was expected")
    return value
