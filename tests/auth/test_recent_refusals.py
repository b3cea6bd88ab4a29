"""A flood is turned away from memory, and only for seconds."""

import time

import pytest

from guichet.auth import recent_refusals
from guichet.auth.domain.refusals import (
    TooManyTries,
)
from guichet.auth.recent_refusals import RecentRefusals


def test_what_was_refused_is_refused_again_with_the_time_that_is_left() -> None:
    refusals = RecentRefusals()
    refusals.note([b"a", b"b"], 600)
    with pytest.raises(TooManyTries) as refused:
        refusals.check([b"x", b"b"])
    assert 598 <= int(refused.value.headers()["Retry-After"]) <= 600
    refusals.check([b"x", b"y"])
    refusals.forget([b"b"])
    refusals.check([b"b"])


def test_it_is_forgotten_after_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    refusals = RecentRefusals()
    refusals.note([b"a"], 600)
    later = time.monotonic() + recent_refusals.REMEMBERED_SECONDS_MAX + 1

    class Clock:
        monotonic = staticmethod(lambda: later)

    monkeypatch.setattr(recent_refusals, "time", Clock)
    refusals.check([b"a"])
    assert recent_refusals.REMEMBERED_SECONDS_MAX < 10


def test_memory_is_bounded() -> None:
    refusals = RecentRefusals()
    for number in range(recent_refusals.ENTRIES_MAX + 1):
        refusals.note([str(number).encode()], 600)
    # The oldest had to go; the newest is known.
    refusals.check([b"0"])
    with pytest.raises(TooManyTries):
        refusals.check([str(recent_refusals.ENTRIES_MAX).encode()])
