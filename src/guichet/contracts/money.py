"""Money between services and clients: strings with two decimals outside, minor units inside."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

AMOUNT_MINOR_MAX = 100_000_000_00
_EXPONENT_MAX = 12
"""A number with more digits is refused before any arithmetic, which would overflow."""
Currency = Literal[
    "EUR", "AED", "AUD", "BRL", "CAD", "CHF", "CZK", "DKK", "GBP", "HKD", "INR", "MXN", "MYR",
    "NOK", "NZD", "PLN", "RON", "SEK", "SGD", "THB", "USD",
]  # fmt: skip
"""Currencies that events may be priced in (ISO 4217): those with two decimals of which the payment
provider publishes the smallest amount that it charges."""
CURRENCIES: tuple[Currency, ...] = get_args(Currency)
CHARGED_MINOR_MIN: Mapping[Currency, int] = {
    "AED": 200,
    "AUD": 50,
    "BRL": 50,
    "CAD": 50,
    "CHF": 50,
    "CZK": 1500,
    "DKK": 250,
    "EUR": 50,
    "GBP": 30,
    "HKD": 400,
    "INR": 50,
    "MXN": 1000,
    "MYR": 200,
    "NOK": 300,
    "NZD": 50,
    "PLN": 200,
    "RON": 200,
    "SEK": 300,
    "SGD": 50,
    "THB": 1000,
    "USD": 50,
}
"""The least that the payment provider charges for an order, as it publishes it (minor units)."""
CURRENCY_DEFAULT: Currency = "EUR"


def minor_of(amount: str | int | float | Decimal) -> int:
    """Return the minor units of an amount such as "99.99", 99.99 or 100.

    Raises ValueError for more than two decimals, a negative or an absurdly large amount.
    """
    if isinstance(amount, bool):
        raise ValueError("not an amount")
    try:
        value = Decimal(str(amount).strip())
    except InvalidOperation:
        raise ValueError("not an amount") from None
    if not value.is_finite():
        raise ValueError("not an amount")
    if value.adjusted() > _EXPONENT_MAX:
        raise ValueError("out of range")
    minor = value * 100
    if minor != minor.to_integral_value():
        raise ValueError("at most two decimals")
    if not 0 <= minor <= AMOUNT_MINOR_MAX:
        raise ValueError("out of range")
    return int(minor)


@lru_cache(4096)
def amount_of(minor: int) -> str:
    """Return minor units as a string with two decimals: 9999 becomes "99.99"."""
    sign = "-" if minor < 0 else ""
    units, cents = divmod(abs(minor), 100)
    return f"{sign}{units}.{cents:02d}"


def _to_minor(value: Any) -> int:
    if isinstance(value, (str, int, float, Decimal)):
        return minor_of(value)
    raise ValueError("not an amount")


Amount = Annotated[
    int,
    BeforeValidator(_to_minor),
    PlainSerializer(amount_of, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d+\.\d{2}$", "examples": ["99.99"]}),
]
"""A Pydantic field: minor units in Python, "99.99" (or a number) in JSON.

Build models that answer with `model_construct` or from amounts as strings: a Python integer given
to validation counts whole units, as it does in JSON.
"""

AskedAmount = Annotated[
    Amount,
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,9}(\.\d{1,2})?$", "examples": ["25"]}),
]
"""An amount in an address, where "25" and "25.5" are written too."""
