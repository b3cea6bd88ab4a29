"""Places kept, sold and given back; totals; the states of an order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.contracts.prices import unit_price
from guichet.tickets.domain import (
    ORDER_STATES_NEXT,
    IllegalChange,
    Line,
    OrderState,
    checked_next,
    give_back,
    sell_held,
    take,
    total_minor,
)
from tests.tickets.test_deciding import offer


@given(st.lists(st.tuples(st.integers(1, 2), st.integers(1, 5)), min_size=1, max_size=5))
def test_held_places_given_back_or_sold_leave_nothing_held(lines: list[tuple[int, int]]) -> None:
    for ending in (give_back, sell_held):
        event = offer(100, 100)
        held = [Line(number, quantity) for number, quantity in lines]
        take(event, held, {}, is_sold=False)
        ending(event, held)
        assert all(stock.held == 0 for stock in event.stock.values())
        sold = sum(stock.sold for stock in event.stock.values())
        assert sold == (0 if ending is give_back else sum(quantity for _, quantity in lines))


@given(st.lists(st.tuples(st.integers(1, 100), st.integers(0, 10**9)), max_size=20))
def test_a_total_is_exact(lines: list[tuple[int, int]]) -> None:
    priced = [Line(1, quantity, unit_price(price)) for quantity, price in lines]
    assert total_minor(priced) == sum(quantity * price for quantity, price in lines)


@pytest.mark.parametrize("current", OrderState)
@pytest.mark.parametrize("wanted", OrderState)
def test_an_illegal_change_of_state_raises(current: OrderState, wanted: OrderState) -> None:
    if wanted in ORDER_STATES_NEXT[current]:
        assert checked_next(current, wanted) is wanted
    else:
        with pytest.raises(IllegalChange):
            checked_next(current, wanted)
