"""The pretended cards are those of the provider's testing guide."""

import pytest

from guichet.sandbox.cards import CARDS


@pytest.mark.parametrize(
    ("method", "last4", "code"),
    [
        ("pm_card_visa", "4242", None),
        ("pm_card_mastercard", "4444", None),
        ("pm_card_visa_chargeDeclined", "0002", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "9995", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "9995", "insufficient_funds"),
    ],
)
def test_outcomes_of_the_common_ones(method: str, last4: str, code: str | None) -> None:
    card = CARDS[method]
    assert card.last4 == last4
    assert (card.decline.decline_code if card.decline else None) == code


def test_every_decline_is_a_card_error_with_a_code() -> None:
    declines = [card.decline for card in CARDS.values() if card.decline is not None]
    assert len(declines) > 5
    assert all(decline.type == "card_error" and decline.code for decline in declines)
