"""What the pretended provider keeps, to the cent."""

import pytest

from guichet.sandbox.fees import STANDARD_FEE, Fee


@pytest.mark.parametrize(("amount", "fee"), [(50, 26), (100, 27), (9999, 175), (10_000, 175)])
def test_fees_are_rounded_half_up(amount: int, fee: int) -> None:
    assert STANDARD_FEE.of(amount) == fee


def test_a_fee_is_a_setting_and_never_above_the_amount() -> None:
    assert Fee(0, 0).of(4200) == 0
    assert Fee(290, 30).of(1000) == 59
    assert Fee(0, 60).of(50) == 50
