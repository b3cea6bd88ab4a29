"""What is shown, given back and entered is a sum of tickets, to the cent, in any steps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.contracts.prices import Discount, FeeTerms, UnitPrice, unit_price
from guichet.tickets.domain import Line, total_minor
from guichet.tickets.pricing import (
    Paid,
    Parts,
    Returned,
    VatShare,
    refund_parts,
    sale_parts,
    spread,
    totals,
    unit_of,
    whole,
)

RATES = st.sampled_from([0, 210, 550, 1000, 2000])
units = st.builds(
    unit_price,
    st.integers(0, 50_000),
    vat_basis_points=RATES,
    fee=st.builds(
        FeeTerms,
        fixed_minor=st.integers(0, 500),
        basis_points=st.integers(0, 5_000),
        is_on_top=st.booleans(),
        vat_basis_points=RATES,
    ),
    discount=st.builds(
        Discount, basis_points=st.integers(0, 10_000), amount_minor=st.integers(0, 3_000)
    ),
)
baskets = st.lists(st.tuples(st.integers(1, 5), units), min_size=1, max_size=4).map(
    lambda lines: [Line(number, quantity, unit) for number, (quantity, unit) in enumerate(lines)]
)


def tickets_of(lines: list[Line]) -> list[UnitPrice]:
    return [line.unit for line in lines for _ in range(line.quantity)]


def vat_by_rate(parts: list[Parts]) -> dict[tuple[str, int], tuple[int, int]]:
    found: dict[tuple[str, int], tuple[int, int]] = {}
    for part in parts:
        for kind, shares in (("price", part.vat), ("fee", part.fee_vat)):
            for share in shares:
                gross, vat = found.get((kind, share.basis_points), (0, 0))
                found[kind, share.basis_points] = (
                    gross + share.gross_minor,
                    vat + share.vat_minor,
                )
    return {key: sums for key, sums in found.items() if sums[0]}


@given(baskets)
def test_what_is_shown_is_the_sum_of_the_tickets(lines: list[Line]) -> None:
    shown = totals(lines)
    tickets = tickets_of(lines)
    assert shown.total_minor == total_minor(lines) == sum(u.charged_minor for u in tickets)
    assert shown.subtotal_minor == sum(u.list_minor for u in tickets)
    assert shown.total_minor == shown.subtotal_minor - shown.discount_minor + shown.fees_minor
    assert sum(share.gross_minor for share in shown.vat) == shown.total_minor
    assert all(share.base_minor + share.vat_minor == share.gross_minor for share in shown.vat)


@given(baskets)
def test_a_payment_is_made_of_its_tickets_parts(lines: list[Line]) -> None:
    parts = sale_parts(lines)
    tickets = tickets_of(lines)
    assert parts.amount_minor == total_minor(lines)
    assert parts.fee_minor == sum(u.fee_minor for u in tickets)
    assert sum(s.vat_minor for s in parts.vat) == sum(u.vat_minor for u in tickets)
    assert sum(s.vat_minor for s in parts.fee_vat) == sum(u.fee_vat_minor for u in tickets)


@given(units, st.lists(st.tuples(st.integers(0, 60_000), st.integers(0, 60_000)), max_size=6))
def test_a_ticket_given_back_in_any_steps_gives_back_exactly_what_it_contained(
    unit: UnitPrice, steps: list[tuple[int, int]]
) -> None:
    paid, given_back = Paid(unit), list[Parts]()
    for price, fee in [*steps, (unit.list_minor, unit.fee_minor)]:
        step = Returned(paid, min(price, paid.price_left_minor), min(fee, paid.fee_left_minor))
        given_back.append(refund_parts([step]))
        paid = Paid(
            unit,
            paid.price_returned_minor + step.price_minor,
            paid.fee_returned_minor + step.fee_on_top_minor,
        )
    all_of_it = refund_parts([whole(Paid(unit))])
    assert sum(parts.amount_minor for parts in given_back) == unit.charged_minor
    assert sum(parts.fee_minor for parts in given_back) == all_of_it.fee_minor
    assert vat_by_rate(given_back) == vat_by_rate([all_of_it])
    for parts in given_back:
        assert parts.fee_net_minor >= 0
        assert all(0 <= s.vat_minor <= s.gross_minor for s in (*parts.vat, *parts.fee_vat))


@given(baskets, st.data())
def test_an_amount_is_spread_to_the_cent_and_over_what_is_left(
    lines: list[Line], data: st.DataObject
) -> None:
    tickets = [Paid(unit) for unit in tickets_of(lines)]
    total = total_minor(lines)
    amount = data.draw(st.integers(0, total))
    parted = spread(amount, tickets)
    assert sum(item.amount_minor for item in parted) == amount
    for item in parted:
        assert 0 <= item.price_minor <= item.paid.price_left_minor
        assert 0 <= item.fee_on_top_minor <= item.paid.fee_left_minor
        # Nobody's share is off by a cent or more from the exact one.
        exact = amount * item.paid.price_left_minor / total if total else 0
        assert abs(item.price_minor - exact) < 1
    assert refund_parts(spread(total, tickets)) == sale_parts(lines)


def test_more_than_is_left_is_not_spread() -> None:
    with pytest.raises(ValueError, match="more than is left"):
        spread(101, [Paid(unit_price(100))])
    assert spread(0, []) == []


def test_cents_go_to_the_largest_remainders() -> None:
    tickets = [Paid(unit_price(100)), Paid(unit_price(100)), Paid(unit_price(301))]
    assert [item.price_minor for item in spread(3, tickets)] == [1, 0, 2]
    assert [item.price_minor for item in spread(1, tickets)] == [0, 0, 1]


def test_an_absorbed_fee_goes_back_with_the_price() -> None:
    fee = FeeTerms(fixed_minor=100, is_on_top=False)
    unit = unit_price(1000, vat_basis_points=550, fee=fee)
    half = refund_parts([Returned(Paid(unit), 500, 0)])
    assert half == Parts(500, 0, 50, (VatShare(550, 500, 26),), (VatShare(2000, 50, 9),))
    rest = refund_parts([whole(Paid(unit, 500))])
    assert rest == Parts(500, 0, 50, (VatShare(550, 500, 26),), (VatShare(2000, 50, 8),))


def test_a_fee_that_is_kept_takes_its_vat_along() -> None:
    unit = unit_price(1000, vat_basis_points=1000, fee=FeeTerms(fixed_minor=120))
    kept = refund_parts([Returned(Paid(unit), 1000, 0)])
    assert (kept.amount_minor, kept.fee_minor, kept.fee_vat) == (1000, 0, ())


def test_a_tickets_price_is_found_by_its_type() -> None:
    lines = [Line(1, 2, unit_price(100)), Line(2, 1, unit_price(200))]
    assert unit_of(lines, 2).charged_minor == 200
    with pytest.raises(KeyError):
        unit_of(lines, 3)
