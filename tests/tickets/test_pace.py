"""One account cannot crowd out the others."""

from unittest.mock import patch

import pytest

from guichet.kernel.problems import TooManyRequests
from guichet.tickets import pace
from guichet.tickets.pace import ASKS_AT_ONCE, Pace


def test_who_asks_too_often_is_slowed_down_and_nobody_else() -> None:
    kept = Pace(5)
    with patch.object(pace.time, "monotonic", return_value=1000.0) as clock:
        for _ in range(ASKS_AT_ONCE):
            kept.check(7)
        with pytest.raises(TooManyRequests) as refused:
            kept.check(7)
        assert refused.value.headers() == {"Retry-After": "1"}
        kept.check(8)
        kept.check(None)
        clock.return_value += 1
        for _ in range(5):
            kept.check(7)
        with pytest.raises(TooManyRequests):
            kept.check(7)
        clock.return_value += 3600
        for _ in range(ASKS_AT_ONCE):
            kept.check(7)
        with pytest.raises(TooManyRequests):
            kept.check(7)


def test_a_refusal_costs_nothing_more() -> None:
    kept = Pace(1)
    with patch.object(pace.time, "monotonic", return_value=1000.0) as clock:
        for _ in range(ASKS_AT_ONCE):
            kept.check(7)
        for _ in range(50):
            with pytest.raises(TooManyRequests):
                kept.check(7)
        clock.return_value += 1
        kept.check(7)


def test_without_a_limit_all_may_ask() -> None:
    kept = Pace(0)
    for _ in range(10 * ASKS_AT_ONCE):
        kept.check(7)


def test_accounts_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "ACCOUNTS_MAX", 2)
    monkeypatch.setattr(pace, "ASKS_AT_ONCE", 1)
    kept = Pace(0.001)
    for account in (1, 2, 3):
        kept.check(account)
    kept.check(1)
    with pytest.raises(TooManyRequests):
        kept.check(3)
