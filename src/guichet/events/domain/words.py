"""Words as they are searched: without case, accents or punctuation."""

import unicodedata
from collections.abc import Iterable

WORD_CHARACTERS_MAX = 60
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})


def folded(text: str) -> str:
    """Return the text in lower case, without accents, its words separated by one space."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    kept = "".join(
        character if character.isalnum() else " "
        for character in plain.casefold()
        if not unicodedata.combining(character)
    )
    return " ".join(kept.split())


def words_of(texts: Iterable[str | None]) -> list[str]:
    """Return the different words of some texts, sorted; overlong ones cut."""
    found = {
        word[:WORD_CHARACTERS_MAX] for text in texts if text for word in folded(text).split(" ")
    }
    return sorted(found - {""})
