"""The clock says UTC, and tests can move it."""

from datetime import UTC, datetime

import time_machine

from guichet.kernel.clock import now


def test_the_clock_is_in_utc() -> None:
    before = datetime.now(UTC)
    assert before <= now() <= datetime.now(UTC)
    assert now().tzinfo is UTC


def test_the_clock_can_be_moved() -> None:
    moment = datetime(2027, 6, 15, 9, tzinfo=UTC)
    with time_machine.travel(moment, tick=False):
        assert now() == moment
