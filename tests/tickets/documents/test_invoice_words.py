"""Both languages say the same things."""

import re

from guichet.tickets.documents.invoice_words import REASONS, WORDS
from guichet.tickets.invoice_content import Kind


def test_both_languages_have_the_same_words_with_the_same_values_in_them() -> None:
    french, english = WORDS["fr"], WORDS["en"]
    assert french.keys() == english.keys() >= {kind.value for kind in Kind}
    for name, text in french.items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", english[name]))
    assert REASONS["fr"].keys() == REASONS["en"].keys()
