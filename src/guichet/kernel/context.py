"""What follows a request through this process: its id, its trace, and who acts."""

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass

REQUEST_ID_HEADER = "X-Request-Id"
TRACEPARENT_HEADER = "traceparent"
ACTOR_HEADER = "X-Acting"
"""Who acts, from service to service; counted only beside a service token, or on a message."""

request_id: ContextVar[str] = ContextVar("request_id", default="")
traceparent: ContextVar[str] = ContextVar("traceparent", default="")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes a change: an account in its role, or without one the system or a guest."""

    account_id: int | None
    role: str


SYSTEM = Actor(None, "system")
acting: ContextVar[Actor] = ContextVar("acting", default=SYSTEM)

_REQUEST_ID = re.compile(r"[A-Za-z0-9_.:-]{8,64}")
_ACTOR = re.compile(r"(\d{1,18}) ([a-z_]{1,40})")


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
    actor = acting.get()
    if actor.account_id is not None:
        headers[ACTOR_HEADER] = f"{actor.account_id} {actor.role}"
    return headers


def actor_told(header: str | None) -> Actor:
    """Return who another of our services said to act for, the system where it named nobody."""
    found = _ACTOR.fullmatch(header or "")
    return Actor(int(found[1]), found[2]) if found else SYSTEM
