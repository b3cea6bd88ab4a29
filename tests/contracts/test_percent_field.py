"""A percentage in a body: a text or a number in, basis points inside, a text out."""

import pytest
from pydantic import TypeAdapter, ValidationError

from guichet.contracts.percent_field import Percent

FIELD: TypeAdapter[int] = TypeAdapter(Percent)


@pytest.mark.parametrize("given", ["5.5", 5.5, "5.50"])
def test_texts_and_numbers_are_read_alike(given: str | float) -> None:
    assert FIELD.validate_python(given) == 550
    assert FIELD.dump_json(550) == b'"5.5"'


@pytest.mark.parametrize("given", [[5], None, True, "5.555", 101])
def test_anything_else_is_malformed(given: object) -> None:
    with pytest.raises(ValidationError):
        FIELD.validate_python(given)
