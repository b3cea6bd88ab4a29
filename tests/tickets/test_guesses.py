"""Codes cannot be found by trying: an address has so many tries in a while."""

from unittest.mock import patch

import pytest

from guichet.tickets import guesses
from guichet.tickets.guesses import WINDOW_SECONDS, WRONG_CODES_MAX, Guesses
from guichet.tickets.promo_problems import TooManyWrongCodes


def test_too_many_wrong_codes_of_one_address_are_refused_for_a_while() -> None:
    counted = Guesses()
    with patch.object(guesses.time, "monotonic", return_value=1000.0) as clock:
        for _ in range(WRONG_CODES_MAX):
            counted.check("192.0.2.1")
            counted.note_wrong("192.0.2.1")
        with pytest.raises(TooManyWrongCodes):
            counted.check("192.0.2.1")
        counted.check("192.0.2.2")
        clock.return_value += WINDOW_SECONDS
        counted.check("192.0.2.1")
        counted.note_wrong("192.0.2.1")
        counted.check("192.0.2.1")


def test_addresses_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses, "ADDRESSES_MAX", 3)
    monkeypatch.setattr(guesses, "WRONG_CODES_MAX", 1)
    counted = Guesses()
    for number in range(5):
        counted.note_wrong(f"192.0.2.{number}")
    counted.check("192.0.2.0")
    with pytest.raises(TooManyWrongCodes):
        counted.check("192.0.2.4")
