"""Percentages between services and clients: "5.5" outside, 550 basis points inside."""

from decimal import Decimal, InvalidOperation

_PERCENT_MAX = 100


def basis_points_of(percent: str | int | float | Decimal) -> int:
    """Return the basis points of a percentage from 0 to 100 such as "5.5", 5.5 or 20.

    Raises ValueError for more than two decimals, or a value out of that range.
    """
    if isinstance(percent, bool):
        raise ValueError("not a percentage")
    try:
        value = Decimal(str(percent).strip())
    except InvalidOperation:
        raise ValueError("not a percentage") from None
    # Compared before it is multiplied: a number of absurd length would overflow.
    if not (value.is_finite() and 0 <= value <= _PERCENT_MAX):
        raise ValueError("out of range")
    points = value * 100
    if points != points.to_integral_value():
        raise ValueError("at most two decimals")
    return int(points)


def percent_of(basis_points: int) -> str:
    """Return basis points as a percentage without idle zeros: 550 becomes "5.5", 2000 "20"."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
