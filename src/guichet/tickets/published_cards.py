"""The provider's published test cards, for trying things out without a browser.

Card numbers have no business in this API. The replaced system's clients send one all the same, so
while no real money can move, a published test number is turned into its test payment method and
dropped at once. Nothing here keeps, logs or raises a number.
"""

import re

_METHOD_BY_NUMBER = {
    "4242424242424242": "pm_card_visa",
    "4111111111111111": "pm_card_visa",
    "4000000000000002": "pm_card_visa_chargeDeclined",
    "4000000000009995": "pm_card_visa_chargeDeclinedInsufficientFunds",
    "4000002500003155": "pm_card_authenticationRequiredOnSetup",
}
_SEPARATORS = str.maketrans("", "", " -")
_EXPIRY = re.compile(r"(0[1-9]|1[0-2])/[0-9]{2}")
_CVV = re.compile(r"[0-9]{3,4}")


def method_for_card(number: str) -> str | None:
    """Return the test payment method of a published test number, None for any other.

    Spaces and dashes are ignored. The caller answers 422 to None and forgets the number.
    """
    return _METHOD_BY_NUMBER.get(number.translate(_SEPARATORS))


def is_expiry(text: str) -> bool:
    """Whether the text is `MM/YY`. Any year will do: old clients send one that is past."""
    return _EXPIRY.fullmatch(text) is not None


def is_cvv(text: str) -> bool:
    """Whether the text is three or four digits."""
    return _CVV.fullmatch(text) is not None
