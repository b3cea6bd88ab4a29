"""A service whose machine's clock is wrong tells its database's time."""

from collections.abc import Generator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from guichet.kernel import clock, database_time
from guichet.kernel.database import Database
from tests.kernel.conftest import eventually


@pytest.fixture
def wrong_machine(request: pytest.FixtureRequest) -> Generator[datetime]:
    """A process that began on a machine of a wrong clock; yields the right time."""
    right = datetime.now(UTC)
    with time_machine.travel(right + request.param, tick=True):
        clock.count_on()
    yield right
    clock.stop_counting()


@pytest.mark.parametrize(
    "wrong_machine", [timedelta(minutes=10), timedelta(minutes=-10)], indirect=True
)
async def test_the_database_s_time_counts(database: Database, wrong_machine: datetime) -> None:
    assert abs(clock.now() - wrong_machine) > timedelta(minutes=5)
    await database_time.look(database)
    assert abs(clock.now() - wrong_machine) < timedelta(minutes=1)


async def test_a_right_clock_stays_as_it_is(database: Database) -> None:
    clock.count_on()
    try:
        before = clock.seconds() - clock.steady_seconds()
        await database_time.look(database)
        assert clock.seconds() - clock.steady_seconds() == pytest.approx(before, abs=0.001)
    finally:
        clock.stop_counting()


async def test_a_running_service_keeps_telling_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_time, "LOOK_SECONDS", 0.05)
    right = datetime.now(UTC)
    async with database_time.told(database):
        with time_machine.travel(right + timedelta(hours=1), tick=True):
            assert abs(clock.now() - right) < timedelta(minutes=1)
        # As if the steady clock had gone wrong: the next look sets it.
        steady = clock.steady_seconds()
        clock.heed(right.timestamp() + 3600, steady, steady)
        assert clock.now() - right > timedelta(minutes=50)
        await eventually(lambda: clock.now() - right < timedelta(minutes=50))
    with time_machine.travel(right + timedelta(hours=1), tick=True):
        assert clock.now() - right > timedelta(minutes=50)
