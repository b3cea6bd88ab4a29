"""Phone numbers reach one shape, or are refused."""

import pytest

from guichet.users.phones import normalised


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("+41 79 123 45 67", "+41791234567"),
        ("+1 202-555-0143", "+12025550143"),
    ],
)
def test_a_number_is_brought_to_e164(typed: str, stored: str) -> None:
    assert normalised(typed) == stored
    assert normalised(stored) == stored


@pytest.mark.parametrize("typed", ["", "12", "hello", "+33 1", "06 12 34 56 7", "+999 123456789"])
def test_what_cannot_be_dialled_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="not a phone number"):
        normalised(typed)


def test_another_region_reads_local_numbers_its_own_way() -> None:
    assert normalised("079 123 45 67", "CH") == "+41791234567"
