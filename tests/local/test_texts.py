"""Every sentence exists in French and English, with the same gaps, and ends as a sentence."""

import string

import pytest

from guichet.local import texts
from guichet.local.errors import LocalError


def gaps(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("key", sorted(texts.TEXTS))
def test_both_languages_have_the_same_gaps(key: str) -> None:
    french, english = texts.TEXTS[key]
    assert french.strip()
    assert english.strip()
    assert gaps(french) == gaps(english)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_terminal_chooses_the_language(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str
) -> None:
    for name in ("LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert texts.language() == expected


def test_an_error_speaks_that_language_and_fills_its_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert str(LocalError("port_taken", port=8080, name="x")).startswith("Le port 8080 (x)")
