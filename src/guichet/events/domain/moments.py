"""Reading the times that clients send."""

import re
from datetime import UTC, datetime, timedelta

from guichet.contracts.times import in_utc

YEAR_MIN = 2000
YEAR_MAX = 2200
LENGTH_WITHOUT_END = timedelta(hours=6)
"""How long an event is taken to last when its end was not given."""

_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII
)
_CLOCK = re.compile(
    r"(?:\d{4}-\d{2}-\d{2}[T ])?(\d{1,2})[:h](\d{2})(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?",
    re.ASCII | re.IGNORECASE,
)


def parse_moment(text: str) -> datetime:
    """Read RFC 3339, or the same without offset or seconds and with a space for the T.

    The result is naive where no offset was given. Raises ValueError for anything else, and for
    years that no event takes place in.
    """
    found = _MOMENT.fullmatch(text.strip().upper())
    if found is None:
        raise ValueError("a date and time are expected")
    moment = datetime.fromisoformat(found[0])
    if not YEAR_MIN <= moment.year <= YEAR_MAX:
        raise ValueError("the year is out of range")
    return moment


def instant(moment: datetime | None, time_zone: str) -> datetime | None:
    """Return the instant in UTC; a naive moment is read in that zone, None stays None."""
    return None if moment is None else in_utc(moment, time_zone)


def parse_clock(text: str) -> str:
    """Read a time of day ("14:00", "9:30:00", "14h00", or within a date) as "HH:MM".

    Raises ValueError for anything else.
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:  # noqa: PLR2004 - of a day
        raise ValueError("a time of day is expected")
    return f"{int(found[1]):02d}:{found[2]}"


def over_at(starts_at: datetime, ends_at: datetime | None) -> datetime:
    """Return when an event counts as ended."""
    return ends_at or (starts_at.astimezone(UTC) + LENGTH_WITHOUT_END)
