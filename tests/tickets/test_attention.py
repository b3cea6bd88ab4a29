"""Every reason has its sentence in both languages, and an unknown one still says something."""

from guichet.tickets.attention import OTHER, REFUND_REASONS, SENTENCES, Attention, sentence_of


def test_every_reason_has_a_sentence() -> None:
    assert set(SENTENCES) == {reason.value for reason in Attention}
    for sentence in SENTENCES.values():
        assert sentence.fr and sentence.en and sentence.fr != sentence.en


def test_who_needs_nothing_is_told_nothing() -> None:
    assert sentence_of(False, "disputed", "en") is None
    assert sentence_of(True, None, "en") == OTHER.en
    assert sentence_of(True, "disputed", "fr") == SENTENCES["disputed"].fr


def test_a_refund_that_is_done_ends_only_reasons_of_refunds() -> None:
    assert set(REFUND_REASONS) <= {reason.value for reason in Attention}
    assert "disputed" not in REFUND_REASONS
