"""A request's id is taken over where it is well formed, and goes on to whatever is called."""

import pytest

from guichet.kernel.context import (
    SYSTEM,
    Actor,
    accepted_request_id,
    acting,
    actor_told,
    new_request_id,
    outgoing_headers,
    request_id,
    traceparent,
)


def test_a_well_formed_id_is_kept() -> None:
    for offered in ("12345678", "abc_DEF-1.2:3", "f" * 64):
        assert accepted_request_id(offered) == offered


@pytest.mark.parametrize(
    "offered",
    [None, "", "short", "f" * 65, "with space 1234", "line\nbreak12", "é" * 10, "a;b=c;d="],
)
def test_any_other_is_replaced(offered: str | None) -> None:
    accepted = accepted_request_id(offered)
    assert accepted != offered
    assert len(accepted) == 24


def test_fresh_ids_differ() -> None:
    assert len({new_request_id() for _ in range(100)}) == 100


def test_the_context_travels_in_headers() -> None:
    first, second = request_id.set("request-1"), traceparent.set("00-abc")
    try:
        assert outgoing_headers() == {"X-Request-Id": "request-1", "traceparent": "00-abc"}
    finally:
        request_id.reset(first)
        traceparent.reset(second)
    assert outgoing_headers() == {}


def test_who_acts_is_told_from_service_to_service() -> None:
    token = acting.set(Actor(17, "event_creator"))
    try:
        headers = outgoing_headers()
    finally:
        acting.reset(token)
    assert headers == {"X-Acting": "17 event_creator"}
    assert actor_told(headers["X-Acting"]) == Actor(17, "event_creator")


@pytest.mark.parametrize("header", [None, "", "admin", "1", "1 ADMIN", "-1 admin", "1 a\nb"])
def test_who_is_not_told_properly_is_the_system(header: str | None) -> None:
    assert actor_told(header) == SYSTEM
