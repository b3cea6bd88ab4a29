"""Which backups stay."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from guichet.local.backup.retention import kept, name_of, time_of

START = datetime(2026, 1, 1, 3, 30, tzinfo=UTC)


def names(count: int, hours: int = 24) -> list[str]:
    return [name_of(START + timedelta(hours=hours * step)) for step in range(count)]


def test_a_name_tells_its_time() -> None:
    assert time_of(name_of(START)) == START
    assert time_of("20260101T033000Z.part") is None
    assert time_of("notes") is None


def test_a_year_of_daily_backups_leaves_days_weeks_and_months() -> None:
    stay = sorted(kept(names(365), daily=7, weekly=5, monthly=12))
    assert stay[-7:] == names(365)[-7:], "the last seven days, each"
    assert len(stay) == 7 + 4 + 10, "a Sunday that is a day, a month's end that is a day or a week"
    months = {name[:6] for name in stay}
    assert len(months) == 12


def test_of_a_day_the_latest_stays() -> None:
    stay = kept(names(4, hours=6), daily=7, weekly=0, monthly=0)
    assert stay == {names(4, hours=6)[-1]}


def test_a_pause_does_not_empty_the_shelf() -> None:
    old = names(3)
    new = name_of(START + timedelta(days=400))
    assert kept([*old, new], daily=7, weekly=0, monthly=0) == {*old, new}


def test_what_is_none_of_ours_stays() -> None:
    assert "my copy" in kept(["my copy", *names(30)], daily=1, weekly=0, monthly=0)


@given(
    st.lists(st.integers(0, 3000), min_size=1, max_size=60),
    st.integers(1, 9),
    st.integers(0, 9),
    st.integers(0, 14),
)
def test_the_latest_always_stays_and_no_more_than_asked(
    hours: list[int], daily: int, weekly: int, monthly: int
) -> None:
    all_names = sorted({name_of(START + timedelta(hours=hour)) for hour in hours})
    stay = kept(all_names, daily=daily, weekly=weekly, monthly=monthly)
    assert all_names[-1] in stay
    assert stay <= set(all_names)
    assert len(stay) <= daily + weekly + monthly
    assert kept(stay, daily=daily, weekly=weekly, monthly=monthly) == stay, "again changes nothing"
