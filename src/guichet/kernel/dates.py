"""Dates in words, as French and English readers write them."""

import re
from datetime import datetime, tzinfo

from babel.dates import format_datetime

# The first of a month is an ordinal in French, which CLDR's patterns cannot say.
_FIRST = re.compile(r"(?<![\d:])1(?=\s+[^\W\d]{3})")


def spoken(moment: datetime, pattern: str, zone: tzinfo, locale: str) -> str:
    """Return a moment in a zone by a CLDR pattern: `mardi 1er décembre 2026 à 20h30`.

    `locale` is Babel's, such as `fr_FR`; the pattern may also be one of its lengths (`long`).
    """
    text = format_datetime(moment, pattern, tzinfo=zone, locale=locale)
    if locale.startswith("fr") and moment.astimezone(zone).day == 1:
        return _FIRST.sub("1er", text, count=1)
    return text
