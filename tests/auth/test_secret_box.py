"""What is encrypted opens with its own passphrase and purpose alone."""

import pytest
from cryptography.exceptions import InvalidTag

from guichet.auth.secret_box import SecretBox

BOX = SecretBox("the first of two passphrases")
OTHER = SecretBox("the second of two passphrases")


def test_what_was_encrypted_is_read_again() -> None:
    closed = BOX.encrypt("un secret", purpose="p")
    assert "secret" not in closed
    assert BOX.decrypt(closed, purpose="p") == "un secret"
    assert closed != BOX.encrypt("un secret", purpose="p")


def test_another_passphrase_or_purpose_opens_nothing() -> None:
    closed = BOX.encrypt("un secret", purpose="p")
    with pytest.raises(InvalidTag):
        OTHER.decrypt(closed, purpose="p")
    with pytest.raises(InvalidTag):
        BOX.decrypt(closed, purpose="q")


def test_a_successor_depends_on_the_token_and_the_passphrase() -> None:
    assert BOX.successor("t") == SecretBox("the first of two passphrases").successor("t")
    assert len({BOX.successor("t"), BOX.successor("u"), OTHER.successor("t")}) == 3
    assert len(BOX.successor("t")) >= 43


def test_tallies_of_different_things_have_different_keys() -> None:
    keys = {
        BOX.tally_key("a", "b"),
        BOX.tally_key("ab"),
        BOX.tally_key("a", "c"),
        OTHER.tally_key("a", "b"),
    }
    assert len(keys) == 4
