"""The payment methods that the provider publishes for tests, and what each one does.

Names and outcomes are those of its testing guide. A few older names that are still in use lead to
the same outcome.
"""

from typing import Literal

import msgspec

from guichet.sandbox.records import Problem


class Card(msgspec.Struct, frozen=True):
    """A pretended card. `authenticates`: the buyer goes to the bank's page first."""

    brand: str
    last4: str
    decline: Problem | None = None
    authenticates: bool = False
    refund: Literal["at_once", "pending", "fails"] = "at_once"


def _declined(decline_code: str, message: str = "Your card was declined.") -> Problem:
    return Problem("card_error", message, "card_declined", decline_code)


_GENERIC = _declined("generic_decline")
_FUNDS = _declined("insufficient_funds", "Your card has insufficient funds.")
_EXPIRED = Problem("card_error", "Your card has expired.", "expired_card", "expired_card")
_CVC = Problem(
    "card_error", "Your card's security code is incorrect.", "incorrect_cvc", "incorrect_cvc"
)
_PROCESSING = Problem(
    "card_error",
    "An error occurred while processing your card. Try again in a little bit.",
    "processing_error",
    "processing_error",
)

AUTHENTICATION_FAILED = Problem(
    "card_error",
    "We are unable to authenticate your payment method."
    " Please choose a different payment method and try again.",
    "payment_intent_authentication_failure",
)

CARDS: dict[str, Card] = {
    "pm_card_visa": Card("visa", "4242"),
    "pm_card_visa_debit": Card("visa", "5556"),
    "pm_card_mastercard": Card("mastercard", "4444"),
    "pm_card_mastercard_debit": Card("mastercard", "8210"),
    "pm_card_amex": Card("amex", "8431"),
    "pm_card_fr": Card("visa", "0003"),
    "pm_card_chargeDeclined": Card("visa", "0002", _GENERIC),
    "pm_card_visa_chargeDeclined": Card("visa", "0002", _GENERIC),
    "pm_card_chargeDeclinedInsufficientFunds": Card("visa", "9995", _FUNDS),
    "pm_card_visa_chargeDeclinedInsufficientFunds": Card("visa", "9995", _FUNDS),
    "pm_card_visa_chargeDeclinedLostCard": Card("visa", "9987", _declined("lost_card")),
    "pm_card_visa_chargeDeclinedStolenCard": Card("visa", "9979", _declined("stolen_card")),
    "pm_card_chargeDeclinedExpiredCard": Card("visa", "0069", _EXPIRED),
    "pm_card_chargeDeclinedIncorrectCvc": Card("visa", "0127", _CVC),
    "pm_card_chargeDeclinedProcessingError": Card("visa", "0119", _PROCESSING),
    "pm_card_threeDSecure2Required": Card("visa", "3220", authenticates=True),
    "pm_card_threeDSecureRequired": Card("visa", "3063", authenticates=True),
    "pm_card_threeDSecureRequiredChargeDeclined": Card(
        "visa", "1629", _GENERIC, authenticates=True
    ),
    "pm_card_authenticationRequired": Card("visa", "3184", authenticates=True),
    "pm_card_authenticationRequiredOnSetup": Card("visa", "3155", authenticates=True),
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": Card(
        "visa", "3178", _FUNDS, authenticates=True
    ),
    "pm_card_pendingRefund": Card("visa", "7726", refund="pending"),
    "pm_card_refundFail": Card("visa", "5126", refund="fails"),
}

METHOD_BY_NUMBER = {
    "4242424242424242": "pm_card_visa",
    "4111111111111111": "pm_card_visa",
    "4000000000000002": "pm_card_visa_chargeDeclined",
    "4000000000009995": "pm_card_visa_chargeDeclinedInsufficientFunds",
    "4000002500003155": "pm_card_authenticationRequiredOnSetup",
}
"""The published test numbers that a browser may send; they are turned into a method and dropped."""


def method_of_number(number: str) -> str | None:
    """Return the method of a published test number, however it is grouped; None for any other."""
    return METHOD_BY_NUMBER.get("".join(sign for sign in number if sign.isdigit()))
