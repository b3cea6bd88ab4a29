"""The clock says UTC, tests can move it, and in a running service nobody can."""

from collections.abc import Generator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from guichet.kernel import clock
from guichet.kernel.clock import now


def test_the_clock_is_in_utc() -> None:
    before = datetime.now(UTC)
    assert before <= now() <= datetime.now(UTC)
    assert now().tzinfo is UTC


def test_the_clock_can_be_moved() -> None:
    moment = datetime(2027, 6, 15, 9, tzinfo=UTC)
    with time_machine.travel(moment, tick=False):
        assert now() == moment


@pytest.fixture
def counting() -> Generator[None]:
    clock.count_on()
    yield
    clock.stop_counting()


@pytest.mark.usefixtures("counting")
@pytest.mark.parametrize("moved", [timedelta(minutes=10), timedelta(minutes=-10)])
def test_where_it_counts_on_nobody_can_move_it(moved: timedelta) -> None:
    before = datetime.now(UTC)
    with time_machine.travel(before + moved, tick=True):
        assert abs(now() - before) < timedelta(minutes=1)
        assert abs(clock.seconds() - before.timestamp()) < 60
        # A second service in the same process does not begin to count anew.
        clock.count_on()
        assert abs(now() - before) < timedelta(minutes=1)


@pytest.mark.usefixtures("counting")
@pytest.mark.parametrize("ahead", [600.0, -600.0, 0.5])
def test_it_is_set_by_another_clock(ahead: float) -> None:
    at, steady = clock.seconds(), clock.steady_seconds()
    assert clock.heed(at - ahead, steady - 0.01, steady + 0.01) == pytest.approx(ahead, abs=0.1)
    assert clock.seconds() == pytest.approx(at - ahead, abs=5)
    assert clock.heed(at - ahead, steady - 0.01, steady + 0.01) == 0


@pytest.mark.usefixtures("counting")
def test_what_the_other_clock_may_be_wrong_by_itself_changes_nothing() -> None:
    at, steady = clock.seconds(), clock.steady_seconds()
    assert clock.heed(at - 0.2, steady, steady) == 0
    # The answer was thirty seconds on the way, or this process was stopped meanwhile.
    assert clock.heed(at - 14, steady - 30, steady) == 0
    assert clock.seconds() == pytest.approx(at, abs=5)


def test_where_it_does_not_count_on_no_other_clock_sets_it() -> None:
    assert clock.heed(0.0, 0.0, 0.0) == 0
    assert abs(now() - datetime.now(UTC)) < timedelta(minutes=1)
