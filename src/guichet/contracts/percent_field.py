"""A percentage in the bodies of requests and messages; `percents` is what a domain may import."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from guichet.contracts.percents import basis_points_of, percent_of


def _to_basis_points(value: Any) -> int:
    if isinstance(value, (str, int, float, Decimal)):
        return basis_points_of(value)
    raise ValueError("not a percentage")


Percent = Annotated[
    int,
    BeforeValidator(_to_basis_points),
    PlainSerializer(percent_of, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d{1,2})?$", "examples": ["5.5"]}),
]
"""A Pydantic field: basis points in Python, "5.5" (or a number) in JSON."""
