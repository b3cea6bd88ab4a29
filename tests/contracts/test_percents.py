"""Percentages: read exactly, written back as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.contracts.percents import basis_points_of, percent_of


@given(st.integers(0, 10_000))
def test_a_percentage_is_read_back_as_written(basis_points: int) -> None:
    assert basis_points_of(percent_of(basis_points)) == basis_points


@pytest.mark.parametrize(
    ("percent", "basis_points", "written"),
    [("5.5", 550, "5.5"), (2.1, 210, "2.1"), (" 20 ", 2000, "20"), ("0.05", 5, "0.05"),
     ("10.00", 1000, "10"), (0, 0, "0"), (100, 10_000, "100")],
)  # fmt: skip
def test_percentages_are_exact(percent: str | float, basis_points: int, written: str) -> None:
    assert basis_points_of(percent) == basis_points
    assert percent_of(basis_points) == written


@pytest.mark.parametrize(
    "percent", ["", "x", "5,5", "-1", "100.01", "5.555", "nan", "inf", "1e99999999", True]
)
def test_other_values_are_refused(percent: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        basis_points_of(percent)
