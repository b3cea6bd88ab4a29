"""The calm is over no earlier than what the storm left behind."""

import time

import pytest

from storm import calm


async def test_a_calm_outlasts_the_last_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all else was drained sooner, a hold that still had its time was called forgotten."""
    monkeypatch.setattr(calm, "HOLD_SECONDS", 0.2)
    monkeypatch.setattr(calm, "SWEPT_WITHIN_SECONDS", 0.1)
    began = time.monotonic()
    await calm.holds_over(began)
    assert time.monotonic() - began >= 0.3
    again = time.monotonic()
    await calm.holds_over(began)
    assert time.monotonic() - again < 0.2
