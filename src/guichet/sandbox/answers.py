"""Draws answers and errors as HTTP responses, with the provider's headers."""

import msgspec
from starlette.responses import Response

from guichet.sandbox.books import Answer
from guichet.sandbox.records import random_text
from guichet.sandbox.rules import Refused
from guichet.sandbox.shapes import Shape, intent_shape, problem_shape, refund_shape

_encode = msgspec.json.Encoder().encode


def json_response(
    shape: Shape, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """Answer with an object."""
    return Response(
        _encode(shape),
        status,
        {"Request-Id": f"req_{random_text(14)}", **(headers or {})},
        media_type="application/json",
    )


def refused_response(refused: Refused, bank_url: str) -> Response:
    """Answer with an error, and with the payment where the refusal shows it."""
    error = problem_shape(refused.problem, refused.intent)
    if refused.intent is not None:
        error["payment_intent"] = intent_shape(refused.intent, bank_url)
    return json_response({"error": error}, refused.status)


def stored_response(answer: Answer, bank_url: str, *, replayed: bool) -> Response:
    """Answer as recorded; the same record gives the same body every time."""
    stored, intent, refund = answer.stored, answer.intent, answer.refund
    headers: dict[str, str] = {}
    if stored.key:
        headers["Idempotency-Key"] = stored.key
    if replayed:
        headers["Idempotent-Replayed"] = "true"
    if stored.problem is not None:
        return _with_headers(
            refused_response(Refused(stored.status, stored.problem, intent), bank_url), headers
        )
    if refund is not None and intent is not None:
        return json_response(refund_shape(refund, intent, stored.expand), 200, headers)
    if intent is not None:
        return json_response(intent_shape(intent, bank_url, stored.expand), 200, headers)
    raise ValueError("an answer without an object")


def _with_headers(response: Response, headers: dict[str, str]) -> Response:
    response.headers.update(headers)
    return response
