"""Published test cards lead to their test method; every other number leads nowhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.tickets import published_cards


@pytest.mark.parametrize(
    ("number", "method"),
    [
        ("4242 4242 4242 4242", "pm_card_visa"),
        ("4111-1111-1111-1111", "pm_card_visa"),
        ("4000000000000002", "pm_card_visa_chargeDeclined"),
        ("4000 0000 0000 9995", "pm_card_visa_chargeDeclinedInsufficientFunds"),
        ("4000 0025 0000 3155", "pm_card_authenticationRequiredOnSetup"),
    ],
)
def test_published_numbers_have_a_method(number: str, method: str) -> None:
    assert published_cards.method_for_card(number) == method


@given(st.text(st.characters(categories=["Nd", "Zs", "Pd"]), max_size=24))
def test_no_other_number_has_a_method(number: str) -> None:
    published = {"4242424242424242", "4111111111111111", "4000000000000002"}
    published |= {"4000000000009995", "4000002500003155"}
    plain = number.replace(" ", "").replace("-", "")
    assert (published_cards.method_for_card(number) is None) == (plain not in published)


@pytest.mark.parametrize("text", ["12/34", "12/25", "01/99"])
def test_an_expiry_is_month_and_year(text: str) -> None:
    assert published_cards.is_expiry(text)


@pytest.mark.parametrize(
    "text", ["", "13/30", "00/30", "1/30", "12/2030", "12-30", "12/3٤", "12/30\n"]
)
def test_anything_else_is_no_expiry(text: str) -> None:
    assert not published_cards.is_expiry(text)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("123", True),
        ("1234", True),
        ("12", False),
        ("12345", False),
        ("12a", False),
        ("١٢٣", False),
    ],
)
def test_a_cvv_is_three_or_four_digits(text: str, verdict: bool) -> None:
    assert published_cards.is_cvv(text) is verdict
