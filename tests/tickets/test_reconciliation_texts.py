"""Each kind of finding is said in words, in both languages."""

import pytest

from guichet.tickets.reconciliation_texts import SENTENCES, sentence_of
from guichet.tickets.repository.findings import Found


@pytest.mark.parametrize("kind", sorted(SENTENCES))
def test_a_finding_is_said_in_words(kind: str) -> None:
    found = Found(kind, "txn_1", -1250, "EUR", 7)
    for language in ("fr", "en"):
        sentence = sentence_of(found, language)
        assert "-12.50 EUR" in sentence
        assert "{" not in sentence
    assert sentence_of(found, "fr") != sentence_of(found, "en")
