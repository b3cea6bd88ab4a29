"""When the daily backup starts."""

import subprocess
import sys
from datetime import datetime, time, timedelta

import pytest

from guichet.local.backup.schedule import CATCH_UP_AFTER, BackupSchedule, latest_moment

AT = time(3, 30)
EVENING = datetime(2026, 3, 8, 20, 0).astimezone()
MORNING = datetime(2026, 3, 9, 3, 30).astimezone()


class Clock:
    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


class Launches:
    """Launches a program that ends with a status, and counts."""

    def __init__(self, status: int = 0) -> None:
        self.count = 0
        self.status = status
        self.last: subprocess.Popen[bytes] | None = None

    def __call__(self) -> subprocess.Popen[bytes]:
        self.count += 1
        self.last = subprocess.Popen([sys.executable, "-c", f"raise SystemExit({self.status})"])
        return self.last

    def ended(self) -> None:
        assert self.last is not None
        self.last.wait(20)


def schedule(
    clock: Clock, launches: Launches, last: datetime | None = None, at: time | None = AT
) -> BackupSchedule:
    return BackupSchedule(at, lambda: last, launches, clock)


def test_the_last_time_that_the_clock_showed_it() -> None:
    assert latest_moment(AT, MORNING) == MORNING
    assert latest_moment(AT, MORNING - timedelta(seconds=1)) == MORNING - timedelta(days=1)


def test_it_starts_at_its_time_once_a_day() -> None:
    clock, launches = Clock(EVENING), Launches()
    daily = schedule(clock, launches)
    assert daily.tick() is None
    assert launches.count == 0
    clock.moment = MORNING
    daily.tick()
    assert launches.count == 1
    launches.ended()
    assert daily.tick() == 0
    for hours in range(1, 23):
        clock.moment = MORNING + timedelta(hours=hours)
        daily.tick()
    assert launches.count == 1
    clock.moment = MORNING + timedelta(days=1)
    daily.tick()
    assert launches.count == 2


def test_one_that_failed_is_told() -> None:
    clock, launches = Clock(EVENING), Launches(status=1)
    daily = schedule(clock, launches)
    clock.moment = MORNING
    daily.tick()
    launches.ended()
    assert daily.tick() == 1
    assert daily.tick() is None


def test_a_missed_one_is_caught_up_with_after_some_minutes() -> None:
    noon = MORNING + timedelta(hours=8)
    clock, launches = Clock(noon), Launches()
    daily = schedule(clock, launches, last=MORNING - timedelta(days=1))
    daily.tick()
    assert launches.count == 0
    clock.moment = noon + CATCH_UP_AFTER
    daily.tick()
    assert launches.count == 1


@pytest.mark.parametrize("last", [None, MORNING + timedelta(minutes=1)])
def test_a_new_system_or_a_fresh_backup_has_nothing_to_catch_up_with(
    last: datetime | None,
) -> None:
    noon = MORNING + timedelta(hours=8)
    clock, launches = Clock(noon), Launches()
    daily = schedule(clock, launches, last=last)
    clock.moment = noon + timedelta(hours=2)
    daily.tick()
    assert launches.count == 0


def test_off_is_off() -> None:
    clock, launches = Clock(EVENING), Launches()
    daily = schedule(clock, launches, at=None)
    clock.moment = MORNING + timedelta(hours=1)
    daily.tick()
    assert launches.count == 0


def test_the_end_of_the_system_ends_a_backup_under_way() -> None:
    started: list[subprocess.Popen[bytes]] = []

    def launch() -> subprocess.Popen[bytes]:
        program = [sys.executable, "-c", "import time; time.sleep(60)"]
        started.append(subprocess.Popen(program, start_new_session=True))
        return started[0]

    clock = Clock(EVENING)
    daily = BackupSchedule(AT, lambda: None, launch, clock)
    clock.moment = MORNING
    daily.tick()
    daily.stop()
    assert started[0].poll() is not None
    daily.stop()
