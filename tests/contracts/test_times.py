"""A time without an offset is the event's own clock's, also where that clock jumps."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.contracts.times import TIME_ZONE_DEFAULT, in_utc, rfc3339, zone_of

PARIS = ZoneInfo("Europe/Paris")


def naive(text: str) -> datetime:
    """Return a time as it stands on a poster, without an offset."""
    return datetime.fromisoformat(text)


EARLIEST, LATEST = naive("2000-01-01"), naive("2100-01-01")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (naive("2027-01-15T20:00:00"), "2027-01-15T19:00:00Z"),
        (naive("2027-06-15T20:00:00"), "2027-06-15T18:00:00Z"),
        # The last second before, and the first after, the hour that summer time skips.
        (naive("2027-03-28T01:59:59"), "2027-03-28T00:59:59Z"),
        (naive("2027-03-28T03:00:00"), "2027-03-28T01:00:00Z"),
        # 2.30 does not exist on that day: it is read as half an hour after 2, which is 3.30.
        (naive("2027-03-28T02:30:00"), "2027-03-28T01:30:00Z"),
        # 2.30 comes twice on this day: the first one is meant.
        (naive("2027-10-31T02:30:00"), "2027-10-31T00:30:00Z"),
        (naive("2027-10-31T03:00:00"), "2027-10-31T02:00:00Z"),
    ],
)
def test_paris_is_meant_where_nothing_is_said(said: datetime, expected: str) -> None:
    assert said.tzinfo is None
    assert rfc3339(in_utc(said)) == expected


def test_the_second_of_two_equal_hours_can_be_said() -> None:
    assert rfc3339(in_utc(naive("2027-10-31T02:30:00").replace(fold=1))) == "2027-10-31T01:30:00Z"


def test_another_zone_and_an_offset_count() -> None:
    noon = naive("2027-06-15T12:00:00")
    assert rfc3339(in_utc(noon, "America/Montreal")) == "2027-06-15T16:00:00Z"
    tokyo = noon.replace(tzinfo=timezone(timedelta(hours=9)))
    assert rfc3339(in_utc(tokyo, "America/Montreal")) == "2027-06-15T03:00:00Z"


@given(st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC)))
def test_an_instant_stays_the_same(instant: datetime) -> None:
    assert in_utc(instant) == instant
    assert in_utc(instant.astimezone(PARIS)) == instant
    assert datetime.fromisoformat(rfc3339(instant)) == instant


@given(st.datetimes(EARLIEST, LATEST))
def test_what_the_clock_shows_is_what_was_said_unless_it_skips_it(said: datetime) -> None:
    shown = in_utc(said).astimezone(PARIS).replace(tzinfo=None)
    skipped = shown - said
    assert skipped in (timedelta(0), timedelta(hours=1))
    if skipped:
        assert said.month == 3


@pytest.mark.parametrize(
    "name",
    ["", "Paris", "Europe/Atlantis", "../../etc/passwd", "/etc/localtime", "a\0b", "x" * 999],
)
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a time zone"):
        zone_of(name)


def test_the_default_zone_is_known() -> None:
    assert zone_of(TIME_ZONE_DEFAULT) == PARIS


def test_rfc_3339_has_fractions_only_where_there_are() -> None:
    instant = datetime(2027, 6, 15, 9, 0, tzinfo=UTC)
    assert rfc3339(instant) == "2027-06-15T09:00:00Z"
    assert rfc3339(instant.replace(microsecond=1500)) == "2027-06-15T09:00:00.001500Z"
    assert rfc3339(instant.astimezone(PARIS)) == "2027-06-15T09:00:00Z"
