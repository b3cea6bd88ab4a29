"""Dates in words: the first of a month is an ordinal in French, and nothing else is touched."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from guichet.kernel.dates import spoken

EVENING = datetime(2026, 12, 1, 19, 30, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
LONG = "EEEE d MMMM y 'à' HH:mm"


@pytest.mark.parametrize(
    ("moment", "pattern", "locale", "text"),
    [
        (
            EVENING,
            LONG,
            "fr_FR",
            "mardi 1er décembre 2026 à 20:30",
        ),
        (datetime(2026, 8, 1, 9, 1, tzinfo=UTC), "d MMMM y", "fr_FR", "1er août 2026"),
        (datetime(2026, 12, 1, 9, 1, tzinfo=UTC), "d MMM, HH:mm", "fr", "1er déc., 10:01"),
        (datetime(2026, 12, 11, 19, 30, tzinfo=UTC), "d MMMM y", "fr_FR", "11 décembre 2026"),
        (datetime(2026, 12, 21, 19, 30, tzinfo=UTC), "d MMMM y", "fr_FR", "21 décembre 2026"),
        (EVENING, "d MMMM y", "en_GB", "1 December 2026"),
        (EVENING, "d", "fr_FR", "1"),
        # Still November in UTC, and the first in Paris.
        (datetime(2026, 11, 30, 23, 30, tzinfo=UTC), "d MMMM y", "fr_FR", "1er décembre 2026"),
    ],
)
def test_the_first_is_an_ordinal_in_french(
    moment: datetime, pattern: str, locale: str, text: str
) -> None:
    assert spoken(moment, pattern, PARIS, locale) == text
