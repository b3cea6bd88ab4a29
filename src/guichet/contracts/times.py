"""Instants and time zones, as events are announced and tickets sold."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

TIME_ZONE_DEFAULT = "Europe/Paris"


def zone_of(name: str) -> ZoneInfo:
    """Return the IANA time zone of that name; ValueError where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("not a time zone") from None


def in_utc(value: datetime, time_zone: str = TIME_ZONE_DEFAULT) -> datetime:
    """Return the instant in UTC; a time without an offset is read in the given zone."""
    aware = value if value.tzinfo is not None else value.replace(tzinfo=zone_of(time_zone))
    return aware.astimezone(UTC)


def rfc3339(value: datetime) -> str:
    """Return the instant as `2027-06-15T09:00:00Z`, fractions of a second only where there are."""
    text = value.astimezone(UTC).isoformat(timespec="auto")
    return text.replace("+00:00", "Z")
