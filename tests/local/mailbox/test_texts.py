"""Which language the mailbox speaks."""

from guichet.local.mailbox.texts import choose_language


def test_the_first_language_named_wins_among_equals() -> None:
    assert choose_language(None, "en, fr") == "en"
    assert choose_language(None, "fr;q=0.3, en;q=0.8") == "en"
    assert choose_language("fr", "en") == "fr"
    assert choose_language("xx", "en;q=nonsense, *") == "en"
    assert choose_language(None, "") == "fr"
