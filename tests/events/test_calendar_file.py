"""The calendar file, read back by a parser, its clock changes compared with the zone's own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from guichet.contracts.times import zone_of
from guichet.events.calendar_file import calendar_of, clock_changes, place_of
from guichet.events.domain.states import Status
from tests.events.test_domain import event

ADDRESS = "https://billets.example/e/1"
SUMMER = datetime(2027, 6, 15, 18, tzinfo=UTC)


def read(**more: Any) -> tuple[Any, Any, bytes]:
    values: dict[str, Any] = {"starts_at": SUMMER, **more}
    content = calendar_of(event(**values), ADDRESS)
    calendar: Any = Calendar.from_ical(content)
    return calendar, calendar.walk("VEVENT")[0], content


def test_the_entry_says_what_when_and_where() -> None:
    _, entry, content = read(
        title="Été, l'œuvre; suite \\ fin",
        description="Ligne 1\nLigne 2",
        venue="Salle des Quais",
        location="4 quai des Arts",
        city="Lyon",
        ends_at=SUMMER + timedelta(hours=2),
    )
    assert entry["summary"] == "Été, l'œuvre; suite \\ fin"
    assert entry["description"] == f"Ligne 1\nLigne 2\n\n{ADDRESS}"
    assert entry["location"] == "Salle des Quais, 4 quai des Arts, Lyon"
    assert entry.decoded("dtstart").isoformat() == "2027-06-15T20:00:00+02:00"
    assert entry.decoded("dtend").isoformat() == "2027-06-15T22:00:00+02:00"
    assert (entry["uid"], entry["status"], entry["sequence"]) == ("event-1@guichet", "CONFIRMED", 4)
    assert b"DTSTART;TZID=Europe/Paris:20270615T200000\r\n" in content


def test_lines_are_folded_and_end_as_the_standard_says() -> None:
    _, entry, content = read(description="é" * 500)
    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert "é" * 500 in entry["description"]


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r"])
def test_no_text_can_add_a_line(break_: str) -> None:
    hostile = f"x{break_}ATTENDEE:mailto:a@example.com{break_}END:VEVENT"
    calendar, entry, content = read(title=hostile, description=hostile, city=hostile)
    assert "ATTENDEE" not in entry
    assert len(calendar.walk("VEVENT")) == 1
    starts = [line.split(b":")[0] for line in content.split(b"\r\n")]
    assert b"ATTENDEE" not in starts
    assert starts.count(b"END") == starts.count(b"BEGIN")


def test_a_cancelled_event_says_so() -> None:
    assert read(status=Status.CANCELLED)[1]["status"] == "CANCELLED"


def test_utc_needs_no_zone() -> None:
    calendar, _, content = read(time_zone="UTC")
    assert not calendar.walk("VTIMEZONE")
    assert b"DTSTART:20270615T180000Z\r\n" in content


@pytest.mark.parametrize(
    "name",
    ["Europe/Paris", "America/New_York", "Asia/Tokyo", "Europe/Dublin", "Australia/Lord_Howe",
     "Indian/Reunion", "Africa/Casablanca", "Pacific/Noumea", "America/Martinique"],
)  # fmt: skip
@pytest.mark.parametrize("month", [1, 3, 7, 10])
def test_the_zone_written_down_is_the_zone(name: str, month: int) -> None:
    """Read by the file's own rules alone, the start is the instant that was meant."""
    start = datetime(2027, month, 28, 12, tzinfo=UTC)
    calendar, _, _ = read(time_zone=name, starts_at=start)
    zone: Any = calendar.walk("VTIMEZONE")[0]
    local = start.astimezone(zone_of(name)).replace(tzinfo=None)
    rules = [(part.decoded("dtstart"), part) for part in zone.subcomponents]
    in_force = max((rule for rule in rules if rule[0] <= local), key=lambda rule: rule[0])[1]
    assert local - in_force.decoded("tzoffsetto") == start.replace(tzinfo=None)


@given(st.datetimes(datetime(2001, 1, 1), datetime(2035, 1, 1)))  # noqa: DTZ001 - made aware below
def test_clock_changes_are_found_to_the_second(naive: datetime) -> None:
    zone = zone_of("Europe/Paris")
    begin = naive.replace(tzinfo=UTC)
    changes = clock_changes(zone, begin, begin + timedelta(days=800))
    assert len(changes) in {4, 5}
    for change in changes:
        before = (change - timedelta(seconds=1)).astimezone(zone).utcoffset()
        assert before != change.astimezone(zone).utcoffset()
        assert (change.weekday(), change.hour, change.minute, change.second) == (6, 1, 0, 0)


def test_a_place_names_nothing_twice() -> None:
    same = event(venue="Salle des Quais", location="Salle des Quais, Lyon", city="LYON")
    assert place_of(same) == "Salle des Quais, Lyon"
    assert place_of(event(venue="Zénith", location="Lyon", city="lyon")) == "Zénith, Lyon"
