"""Which backups stay: the latest of each of the last days, weeks and months."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

_NAME = "%Y%m%dT%H%M%SZ"


def name_of(at: datetime) -> str:
    """Return the name of a backup taken then."""
    return at.astimezone(UTC).strftime(_NAME)


def time_of(name: str) -> datetime | None:
    """Return when the backup of this name was taken, None where it is no such name."""
    try:
        return datetime.strptime(name, _NAME).replace(tzinfo=UTC)
    except ValueError:
        return None


def kept(names: Iterable[str], *, daily: int, weekly: int, monthly: int) -> set[str]:
    """Return the names that stay: the latest of each period, for so many periods with a backup.

    Periods without a backup do not count, so that a pause does not empty the shelf. The latest
    backup always stays; names that are none of ours are not judged, and stay.
    """
    times = {name: at for name in names if (at := time_of(name)) is not None}
    newest_first = sorted(times, key=lambda name: times[name], reverse=True)
    stay = set(names) - times.keys() | set(newest_first[:1])
    rules: tuple[tuple[int, Callable[[datetime], tuple[int, ...]]], ...] = (
        (daily, lambda at: (at.year, at.month, at.day)),
        (weekly, lambda at: at.isocalendar()[:2]),
        (monthly, lambda at: (at.year, at.month)),
    )
    for count, period in rules:
        latest_of: dict[tuple[int, ...], str] = {}
        for name in newest_first:
            latest_of.setdefault(period(times[name]), name)
        stay |= set(list(latest_of.values())[:count])
    return stay
