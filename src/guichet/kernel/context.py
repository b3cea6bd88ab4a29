"""What follows a request through this process: its id and its trace."""

import re
import secrets
from contextvars import ContextVar

REQUEST_ID_HEADER = "X-Request-Id"
TRACEPARENT_HEADER = "traceparent"

request_id: ContextVar[str] = ContextVar("request_id", default="")
traceparent: ContextVar[str] = ContextVar("traceparent", default="")

_REQUEST_ID = re.compile(r"[A-Za-z0-9_.:-]{8,64}")


def new_request_id() -> str:
    """Return a fresh id of 24 hexadecimal digits."""
    return secrets.token_hex(12)


def accepted_request_id(offered: str | None) -> str:
    """Return the offered id where it is well formed, a fresh one otherwise.

    A malformed id is dropped rather than cleaned, so that nothing a caller sends reaches a log
    line in another shape than the one looked for.
    """
    if offered and _REQUEST_ID.fullmatch(offered):
        return offered
    return new_request_id()


def outgoing_headers() -> dict[str, str]:
    """Return the headers that carry this request's context to another process."""
    headers: dict[str, str] = {}
    if current := request_id.get():
        headers[REQUEST_ID_HEADER] = current
    if trace := traceparent.get():
        headers[TRACEPARENT_HEADER] = trace
    return headers
