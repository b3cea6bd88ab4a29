"""Money goes in and out as it is written, to the cent, and nothing else passes for money."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from guichet.contracts.money import AMOUNT_MINOR_MAX, Amount, amount_of, minor_of

minors = st.integers(0, AMOUNT_MINOR_MAX)


class Priced(BaseModel):
    price: Amount


@given(minors)
def test_every_amount_comes_back_as_it_went(minor: int) -> None:
    assert minor_of(amount_of(minor)) == minor
    assert minor_of(Decimal(minor) / 100) == minor


@given(minors)
def test_a_number_is_read_as_it_is_written(minor: int) -> None:
    """JSON numbers are floats on the way in; what the sender wrote is meant, not the nearest."""
    assert minor_of(float(amount_of(minor))) == minor


@given(minors, minors)
def test_sums_are_exact(first: int, second: int) -> None:
    total = Decimal(amount_of(first)) + Decimal(amount_of(second))
    assert total == Decimal(amount_of(first + second))


@given(st.integers(-AMOUNT_MINOR_MAX, -1))
def test_a_negative_amount_is_shown_and_never_accepted(minor: int) -> None:
    assert amount_of(minor) == f"-{amount_of(-minor)}"
    with pytest.raises(ValueError, match="out of range"):
        minor_of(amount_of(minor))


@given(st.decimals(min_value=0, max_value=1000, places=3))
def test_a_part_of_a_cent_is_refused(amount: Decimal) -> None:
    if amount * 100 == int(amount * 100):
        assert minor_of(amount) == int(amount * 100)
    else:
        with pytest.raises(ValueError, match="two decimals"):
            minor_of(amount)


@pytest.mark.parametrize(
    ("given_amount", "minor"),
    [
        ("99.99", 9999),
        (99.99, 9999),
        ("100", 10000),
        (100, 10000),
        ("0", 0),
        (0, 0),
        (" 12.5 ", 1250),
        ("1e2", 10000),
        (Decimal("0.010"), 1),
        ("100000000", AMOUNT_MINOR_MAX),
    ],
)
def test_ways_to_write_an_amount(given_amount: str | int | float | Decimal, minor: int) -> None:
    assert minor_of(given_amount) == minor


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "free",
        "12,50",
        "1 000",
        "€5",
        "0x10",
        "NaN",
        "Infinity",
        "-Infinity",
        "1e400",
        "1e-9",
        "9" * 10_000,
        "1e999999999",
        float("nan"),
        float("inf"),
        -1,
        "-0.01",
        "100000000.01",
        10**30,
        True,
        False,
        0.1 + 0.2,
    ],
)
def test_what_is_no_amount_is_refused(wrong: str | int | float) -> None:
    with pytest.raises(ValueError, match=r"amount|decimals|range"):
        minor_of(wrong)


@given(st.text())
def test_no_text_does_anything_but_pass_or_be_refused(text: str) -> None:
    try:
        minor = minor_of(text)
    except ValueError:
        return
    assert 0 <= minor <= AMOUNT_MINOR_MAX


def test_a_field_is_minor_units_inside_and_a_string_outside() -> None:
    for body in ('{"price": "99.99"}', '{"price": 99.99}'):
        priced = Priced.model_validate_json(body)
        assert priced.price == 9999
        assert priced.model_dump_json() == '{"price":"99.99"}'
    assert Priced.model_construct(price=500).model_dump() == {"price": "5.00"}


@pytest.mark.parametrize("body", ['{"price": null}', '{"price": []}', '{"price": true}', "{}"])
def test_a_field_refuses_what_is_no_amount(body: str) -> None:
    with pytest.raises(ValidationError):
        Priced.model_validate_json(body)
