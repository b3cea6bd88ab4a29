"""What buyers, holders and operators send."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from bench.requests import address_of, request

TICKETS = "/api/v1/tickets"
PURCHASE = f"{TICKETS}/purchase"
NO_OP = f"{TICKETS}/no-op"
CARD = {"card_number": "4242424242424242", "expiry": "12/30", "cvv": "123"}
PLACES = 2


def purchases(
    event_ids: Sequence[int],
    tokens: Iterable[str],
    *,
    quantities: Sequence[int] = (PLACES,),
    path: str = PURCHASE,
    is_paid: bool = False,
) -> list[bytes]:
    """Return one purchase for each token, each with a key of its own.

    The events, and how many places are wanted, are taken in turn.
    """
    found: list[bytes] = []
    for number, token in enumerate(tokens):
        body: dict[str, Any] = {
            "event_id": event_ids[number % len(event_ids)],
            "quantity": quantities[number % len(quantities)],
        }
        if is_paid:
            body["payment"] = CARD
        found.append(_sale(path, body, token, number))
    return found


def holds(event_id: int, tokens: Iterable[str]) -> list[bytes]:
    """Return one hold for each token."""
    body = {"event_id": event_id, "quantity": PLACES}
    return [_sale(f"{TICKETS}/holds", body, token, number) for number, token in enumerate(tokens)]


def releases(hold_ids: Iterable[int], tokens: Iterable[str]) -> list[bytes]:
    """Return the giving back of each hold by who has it."""
    return [
        request("DELETE", f"{TICKETS}/holds/{hold_id}", token=token, address=address_of(number))
        for number, (hold_id, token) in enumerate(zip(hold_ids, tokens, strict=True))
    ]


def admissions(event_id: int, codes: Iterable[str], tokens: Sequence[str]) -> list[bytes]:
    """Return the scan of each code by one of the operators whose tokens these are."""
    return [
        request(
            "POST",
            f"{TICKETS}/validate",
            {"code": code, "event_id": event_id},
            token=tokens[number % len(tokens)],
            address=address_of(number % len(tokens)),
        )
        for number, code in enumerate(codes)
    ]


def charges(api_key: str, count: int, *, prefix: str) -> list[bytes]:
    """Return charges as the payment adapter sends them to the provider, straight to it."""
    found: list[bytes] = []
    for number in range(count):
        form = {
            "amount": "4000",
            "currency": "eur",
            "payment_method": "pm_card_visa",
            "payment_method_types[0]": "card",
            "confirm": "true",
            "return_url": "http://localhost/",
            "metadata[order_code]": f"bench-{number}",
        }
        content = urlencode(form)
        head = [
            "POST /v1/payment_intents HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {api_key}",
            "Content-Type: application/x-www-form-urlencoded",
            f"Idempotency-Key: bench-{prefix}-{number}",
            f"Content-Length: {len(content)}",
        ]
        found.append(("\r\n".join(head) + "\r\n\r\n" + content).encode())
    return found


def logins(count: int) -> list[bytes]:
    """Return attempts to sign in, each of somebody else from somewhere else."""
    return [
        request(
            "POST",
            "/api/v1/auth/login",
            {"email": f"nobody.{number}@example.com", "password": "not the right one at all"},
            address=address_of(1_000_000 + number),
        )
        for number in range(count)
    ]


def _sale(path: str, body: Any, token: str, number: int) -> bytes:
    headers = {"Idempotency-Key": token[-40:]}
    return request("POST", path, body, token=token, address=address_of(number), headers=headers)
