"""Draws answers and errors as HTTP responses, with the provider's headers."""

import msgspec
from starlette.responses import Response

from guichet.sandbox.books import Answer
from guichet.sandbox.records import random_text
from guichet.sandbox.rules import Refused
from guichet.sandbox.shapes import Shape, intent_shape, problem_shape, refund_shape

_encode = msgspec.json.Encoder().encode


class JsonResponse(Response):
    """A response whose headers are written once; Starlette's own way costs twice the drawing."""

    media_type = "application/json"

    def __init__(self, shape: Shape, status: int = 200, *headers: tuple[bytes, bytes]) -> None:
        self.status_code = status
        self.background = None
        self.body = _encode(shape)
        self.raw_headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(self.body)),
            (b"request-id", f"req_{random_text(14)}".encode()),
            *headers,
        ]


def refused_response(
    refused: Refused, bank_url: str, *headers: tuple[bytes, bytes]
) -> JsonResponse:
    """Answer with an error, and with the payment where the refusal shows it."""
    error = problem_shape(refused.problem, refused.intent)
    if refused.intent is not None:
        error["payment_intent"] = intent_shape(refused.intent, bank_url)
    return JsonResponse({"error": error}, refused.status, *headers)


def stored_response(answer: Answer, bank_url: str, *, replayed: bool) -> JsonResponse:
    """Answer as recorded; the same record gives the same body every time."""
    stored, intent, refund = answer.stored, answer.intent, answer.refund
    headers: list[tuple[bytes, bytes]] = []
    if stored.key:
        headers.append((b"idempotency-key", stored.key.encode("latin-1", "replace")))
    if replayed:
        headers.append((b"idempotent-replayed", b"true"))
    if stored.problem is not None:
        refused = Refused(stored.status, stored.problem, intent)
        return refused_response(refused, bank_url, *headers)
    if intent is None:
        raise ValueError("an answer without an object")
    if refund is not None:
        return JsonResponse(refund_shape(refund, intent, stored.expand), 200, *headers)
    return JsonResponse(intent_shape(intent, bank_url, stored.expand), 200, *headers)
