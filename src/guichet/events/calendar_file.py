"""An event as a calendar file (iCalendar, RFC 5545)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Timezone, TimezoneDaylight, TimezoneStandard
from icalendar import Event as CalendarEntry

from guichet.contracts.times import zone_of
from guichet.events.domain.records import Event
from guichet.events.domain.states import Status

_PRODUCT = "-//Guichet//Guichet 1//FR"
_MARGIN = timedelta(days=400)
_UTC_NAMES = {"UTC", "Etc/UTC", "Zulu", "Etc/Zulu", "GMT", "Etc/GMT"}


def calendar_of(event: Event, address: str) -> bytes:
    """Return the file; `address` is the event's page, written into it."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    if event.time_zone not in _UTC_NAMES:
        calendar.add_component(_time_zone(event))
    calendar.add_component(_entry(event, address))
    return calendar.to_ical()


def _entry(event: Event, address: str) -> CalendarEntry:
    zone = UTC if event.time_zone in _UTC_NAMES else zone_of(event.time_zone)
    entry = CalendarEntry()
    # One entry an event, whoever imports it and however often.
    entry.add("uid", f"event-{event.event_id}@guichet")
    entry.add("sequence", event.version)
    entry.add("dtstamp", event.updated_at.astimezone(UTC).replace(microsecond=0))
    entry.add("dtstart", event.starts_at.astimezone(zone))
    if event.ends_at is not None:
        entry.add("dtend", event.ends_at.astimezone(zone))
    entry.add("summary", event.title)
    entry.add("description", "\n\n".join(part for part in (event.description, address) if part))
    entry.add("location", place_of(event))
    entry.add("url", address)
    entry.add("status", "CANCELLED" if event.status is Status.CANCELLED else "CONFIRMED")
    entry.add("transp", "OPAQUE")
    return entry


def place_of(event: Event) -> str:
    """Return venue, location and city in one line, none of them twice."""
    parts: list[str] = []
    for part in (event.venue, event.location, event.city):
        folded = (part or "").casefold()
        if not part or any(folded in known.casefold() for known in parts):
            continue
        parts = [known for known in parts if known.casefold() not in folded]
        parts.append(part)
    return ", ".join(parts)


def _time_zone(event: Event) -> Timezone:
    """Return the zone's rules around the event: each change of the clock that matters to it."""
    zone = zone_of(event.time_zone)
    begin = event.starts_at.astimezone(UTC) - _MARGIN
    end = event.over_at.astimezone(UTC) + _MARGIN
    component = Timezone()
    component.add("tzid", event.time_zone)
    component.add_component(_observance(zone, begin, begin))
    for change in clock_changes(zone, begin, end):
        component.add_component(_observance(zone, change, change - timedelta(seconds=1)))
    return component


def _observance(
    zone: ZoneInfo, change: datetime, before: datetime
) -> TimezoneDaylight | TimezoneStandard:
    after = change.astimezone(zone)
    offset_before = before.astimezone(zone).utcoffset() or timedelta()
    offset_after = after.utcoffset() or timedelta()
    observance = TimezoneDaylight() if after.dst() else TimezoneStandard()
    # RFC 5545, 3.6.5: the onset is given by the clock as it stood before.
    observance.add("dtstart", (change.astimezone(UTC) + offset_before).replace(tzinfo=None))
    observance.add("tzoffsetfrom", offset_before)
    observance.add("tzoffsetto", offset_after)
    observance.add("tzname", after.tzname() or "")
    return observance


def clock_changes(zone: ZoneInfo, begin: datetime, end: datetime) -> list[datetime]:
    """Return the instants between `begin` and `end` at which the zone's offset changes."""
    changes: list[datetime] = []
    step = timedelta(days=7)
    left = begin.astimezone(UTC).replace(microsecond=0)
    while left < end:
        right = left + step
        if left.astimezone(zone).utcoffset() != right.astimezone(zone).utcoffset():
            changes.append(_change_between(zone, left, right))
        left = right
    return changes


def _change_between(zone: ZoneInfo, left: datetime, right: datetime) -> datetime:
    """Return the first second of the new offset."""
    old = left.astimezone(zone).utcoffset()
    while right - left > timedelta(seconds=1):
        middle = left + timedelta(seconds=int((right - left).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == old:
            left = middle
        else:
            right = middle
    return right
