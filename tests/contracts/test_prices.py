"""One ticket's price: every figure adds up, and rounding is half up on the ticket."""

from hypothesis import given
from hypothesis import strategies as st

from guichet.contracts.prices import WHOLE, Discount, FeeTerms, half_up, unit_price, vat_within

AMOUNTS = st.integers(min_value=0, max_value=10_000_000)
RATES = st.integers(min_value=0, max_value=WHOLE)


def test_a_ticket_with_vat_a_fee_and_a_code() -> None:
    price = unit_price(
        3333,
        vat_basis_points=550,
        fee=FeeTerms(fixed_minor=50, basis_points=200),
        discount=Discount(basis_points=1500),
    )
    # 15 % of 33.33 is 4.9995, which is 5.00; 2 % of 28.33 is 0.5666, which is 0.57.
    assert (price.discount_minor, price.price_minor) == (500, 2833)
    assert (price.fee_minor, price.charged_minor) == (107, 2940)
    # 28.33 / 1.055 is 26.853; 1.07 / 1.2 is 0.8917.
    assert (price.vat_minor, price.fee_vat_minor) == (2833 - 2685, 107 - 89)


def test_an_absorbed_fee_is_taken_out_of_the_price() -> None:
    price = unit_price(1000, fee=FeeTerms(fixed_minor=150, is_on_top=False))
    assert (price.charged_minor, price.fee_minor, price.fee_on_top_minor) == (1000, 150, 0)
    cheap = unit_price(100, fee=FeeTerms(fixed_minor=150, is_on_top=False))
    assert cheap.fee_minor == 100


def test_what_costs_nothing_has_no_fee() -> None:
    assert unit_price(0, fee=FeeTerms(fixed_minor=150)).charged_minor == 0
    given_away = unit_price(
        2500, fee=FeeTerms(fixed_minor=150), discount=Discount(amount_minor=9900)
    )
    assert (given_away.discount_minor, given_away.charged_minor) == (2500, 0)


@given(AMOUNTS, RATES, AMOUNTS, RATES, st.booleans(), RATES, AMOUNTS)
def test_no_figure_is_negative_and_none_is_lost(
    list_minor: int,
    vat: int,
    fixed: int,
    share: int,
    is_on_top: bool,
    percent: int,
    amount: int,
) -> None:
    fee = FeeTerms(fixed, share, is_on_top)
    price = unit_price(
        list_minor, vat_basis_points=vat, fee=fee, discount=Discount(percent, amount)
    )
    assert price.list_minor == price.price_minor + price.discount_minor
    assert 0 <= price.price_minor <= list_minor
    assert 0 <= price.vat_minor <= price.price_minor
    assert 0 <= price.fee_vat_minor <= price.fee_minor
    assert price.charged_minor == price.price_minor + price.fee_on_top_minor
    assert is_on_top or price.fee_minor <= price.price_minor


@given(AMOUNTS, RATES)
def test_vat_within_comes_back_to_the_amount(gross: int, rate: int) -> None:
    net = gross - vat_within(gross, rate)
    assert abs(net * (WHOLE + rate) - gross * WHOLE) <= (WHOLE + rate) / 2


def test_half_up_rounds_halves_up() -> None:
    assert [half_up(n, 2) for n in (0, 1, 2, 3)] == [0, 1, 1, 2]
