"""Looking for a text in a long table, for a list: never by reading the whole of it.

A whole e-mail address is looked for as that first. A text that many rows have is found in the
first ones. One that few have is looked for by trigrams in all of them. The server cannot be left to
choose, since it knows neither how many rows have a text nor that the rare one stands at the end of
the order that it follows.
"""

import re
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func

from guichet.kernel.database import Transaction

SEARCHED_FIRST = 5_000
"""So many of a list's first rows are read before all are searched by index."""
FOUND_ENOUGH = 50
"""Where as many of them have the text, the search ends there."""
FOUND_MAX = 1_000
TRIGRAM_LETTERS = 3
_TRIGRAM = re.compile(r"[^\W_]{3}")
_WHOLE_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")


def whole_address(text: str) -> str | None:
    """Return the e-mail address, in lower case, that a text may be the whole of; None: none."""
    return text.strip().lower() if _WHOLE_ADDRESS.fullmatch(text.strip()) else None


async def ids_with_text(
    connection: Transaction,
    text: str,
    first: Select[Any],
    everywhere: Select[Any],
    addressed: Select[Any] | None = None,
) -> tuple[list[int], bool]:
    """Return the ids of rows that have a text, in the list's order, and whether these are all.

    `addressed` are those whose address is the text, where it may be one: they count alone.
    `first` are those among the list's first rows, `everywhere` all of them.
    """
    if addressed is not None:
        if (exact := await _some_of(connection, addressed))[0]:
            return exact
        if _has_trigram_before_at(text):
            # Hardly a part of many others, if it is nobody's: the first rows need not be read.
            return await _some_of(connection, everywhere)
    found = list((await connection.scalars(first.limit(FOUND_MAX))).all())
    if len(found) >= FOUND_ENOUGH:
        return found, False
    return await _some_of(connection, everywhere)


async def _some_of(connection: Transaction, wanted: Select[Any]) -> tuple[list[int], bool]:
    found = list((await connection.scalars(wanted.limit(FOUND_MAX + 1))).all())
    return found[:FOUND_MAX], len(found) <= FOUND_MAX


def has_text(searched: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Return the condition that a text is in a lower-case column whose words follow a blank.

    A short one counts where a word begins: its only trigrams have the blank before it.
    """
    part = text.lower()
    return contains(searched, f" {part}" if is_short(part) else part)


def contains(searched: ColumnElement[str], part: str) -> ColumnElement[bool]:
    """Return the condition that a part, in lower case, is in a lower-case column.

    Every other address has the trigrams of an address's domain: going through those costs twenty
    times as much as through the ones before it.
    """
    if _has_trigram_before_at(part):
        begins = searched.contains(f"{part.partition('@')[0]}@", autoescape=True)
        return and_(begins, func.strpos(searched, part) > 0)
    return searched.contains(part, autoescape=True)


def _has_trigram_before_at(text: str) -> bool:
    person, _, domain = text.partition("@")
    return bool(domain and _TRIGRAM.search(person))


def is_short(text: str) -> bool:
    """Return whether a text has no trigram of its own, which then counts where a word begins."""
    return text[:1].isalnum() and sum(sign.isalnum() for sign in text) < TRIGRAM_LETTERS
