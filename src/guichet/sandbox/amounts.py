"""What may be charged: the currencies that there are, and how little or much of each."""

import sys

from guichet.sandbox.forms import Form, required_integer
from guichet.sandbox.rules import invalid

AMOUNT_MAX = 99_999_999
AMOUNT_MIN_BY_CURRENCY = {
    "aed": 200,
    "aud": 50,
    "brl": 50,
    "cad": 50,
    "chf": 50,
    "czk": 1500,
    "dkk": 250,
    "eur": 50,
    "gbp": 30,
    "hkd": 400,
    "inr": 50,
    "mxn": 1000,
    "myr": 200,
    "nok": 300,
    "nzd": 50,
    "pln": 200,
    "ron": 200,
    "sek": 300,
    "sgd": 50,
    "thb": 1000,
    "usd": 50,
}
"""In minor units, as the provider publishes them."""


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
