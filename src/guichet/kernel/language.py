"""Which of the two languages to answer in."""

from functools import lru_cache

from guichet.kernel.problems import Language

DEFAULT_LANGUAGE: Language = "fr"


@lru_cache(maxsize=512)
def language_of(accept_language: str | None) -> Language:
    """Return the best of French and English for an `Accept-Language` header (RFC 9110, 12.5.4)."""
    best: Language = DEFAULT_LANGUAGE
    best_weight = 0.0
    for part in (accept_language or "").split(","):
        tag, _, quality = part.partition(";")
        primary = tag.strip().lower().split("-")[0]
        if primary not in {"fr", "en"}:
            continue
        weight = _weight(quality)
        if weight > best_weight:
            best, best_weight = ("fr" if primary == "fr" else "en"), weight
    return best


def _weight(quality: str) -> float:
    name, _, value = quality.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
