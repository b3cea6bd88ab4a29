"""A request's id is taken over where it is well formed, and goes on to whatever is called."""

import pytest

from guichet.kernel.context import (
    accepted_request_id,
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
