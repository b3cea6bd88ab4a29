"""What may be charged: the currencies that there are, and how little or much of each."""

import sys

from guichet.contracts.money import CHARGED_MINOR_MIN
from guichet.sandbox.forms import Form, required_integer
from guichet.sandbox.rules import invalid

AMOUNT_MAX = 99_999_999
AMOUNT_MIN_BY_CURRENCY = {currency.lower(): least for currency, least in CHARGED_MINOR_MIN.items()}


def amount_of(form: Form) -> int:
    """Return the amount of a form; raises `Refused` where its currency does not go that far."""
    amount = required_integer(form, "amount")
    least = AMOUNT_MIN_BY_CURRENCY.get((form.text("currency") or "").lower(), 1)
    if amount < least:
        raise invalid(f"Amount must be at least {least}", param="amount", code="amount_too_small")
    if amount > AMOUNT_MAX:
        raise invalid(
            f"Amount must be no more than {AMOUNT_MAX}", param="amount", code="amount_too_large"
        )
    return amount


def currency_of(form: Form) -> str:
    """Return the currency of a form in small letters; raises `Refused` for an unknown one."""
    currency = form.required("currency").lower()
    if currency not in AMOUNT_MIN_BY_CURRENCY:
        raise invalid(f"Invalid currency: {currency[:10]}", param="currency")
    return sys.intern(currency)
