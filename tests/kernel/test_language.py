"""The answer's language follows Accept-Language, and is French where it says nothing."""

import pytest

from guichet.kernel.language import language_of


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "fr"),
        ("", "fr"),
        ("en", "en"),
        ("EN-us", "en"),
        ("fr-CH, en;q=0.9", "fr"),
        ("en;q=0.5, fr;q=0.9", "fr"),
        ("de, en;q=0.1", "en"),
        ("de, it", "fr"),
        ("*", "fr"),
        ("en;q=0", "fr"),
        ("en;q=x", "fr"),
        ("en;q=nan", "fr"),
        ("en , fr", "en"),
        (",;,q=1;;", "fr"),
        ("english", "fr"),
    ],
)
def test_the_best_of_the_two(header: str | None, language: str) -> None:
    assert language_of(header) == language
