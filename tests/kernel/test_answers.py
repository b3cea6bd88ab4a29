"""A model made at once is the model that Pydantic would make, field for field."""

import pytest
from pydantic import BaseModel

from guichet.kernel.answers import made


class Inner(BaseModel):
    number: int


class Outer(BaseModel):
    name: str
    inner: Inner
    all_inner: list[Inner]


def test_it_equals_what_pydantic_constructs() -> None:
    inner = made(Inner, number=1)
    outer = made(Outer, name="é", inner=inner, all_inner=[inner])
    assert outer == Outer(name="é", inner=Inner(number=1), all_inner=[Inner(number=1)])
    written = outer.__pydantic_serializer__.to_json(outer)
    assert written == '{"name":"é","inner":{"number":1},"all_inner":[{"number":1}]}'.encode()
    assert outer.model_dump() == {"name": "é", "inner": {"number": 1}, "all_inner": [{"number": 1}]}
    assert repr(inner) == "Inner(number=1)"


def test_a_forgotten_value_is_not_passed_over() -> None:
    with pytest.raises(AttributeError):
        assert made(Inner).number
