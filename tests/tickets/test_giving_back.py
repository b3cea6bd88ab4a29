"""The rules of giving back: who may until when, and sums that add up to what was charged."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.contracts.prices import UnitPrice
from guichet.tickets.domain import Offer, RefundRules, Ticket, TicketStatus
from guichet.tickets.giving_back import (
    EVENT_CANCELLED,
    Right,
    last_moment,
    order_back,
    refusal_of,
    what_goes_back,
)
from guichet.tickets.pricing import Paid
from guichet.tickets.problems import AlreadyCancelled, AlreadyUsed, EventOver
from guichet.tickets.refund_problems import NothingToRefund, RefundNotAllowed, RefundTooLate
from tests.tickets.conftest import ADMINISTRATOR, HOLDER

STARTS_AT = datetime(2027, 5, 1, 18, 0, tzinfo=UTC)
EARLY = STARTS_AT - timedelta(days=30)


def offer(rules: RefundRules, status: str = "published") -> Offer:
    return Offer(
        event_id=1,
        title="Concert",
        status=status,
        creator_id=3,
        currency="EUR",
        starts_at=STARTS_AT,
        ends_at=None,
        time_zone="Europe/Paris",
        location="Lyon",
        sale_opens_at=None,
        sale_closes_at=None,
        per_order_max=10,
        per_account_max=None,
        refund_rules=rules,
    )


def ticket(number: int, price: int, fee: int, status: TicketStatus) -> Ticket:
    return Ticket(
        ticket_id=number,
        secret="",
        order_id=1,
        event_id=1,
        ticket_type_id=1,
        account_id=1,
        price_minor=price,
        fee_on_top_minor=fee,
        status=status,
        created_at=EARLY,
    )


def confirmed(number: int = 1, price: int = 2500, fee: int = 100) -> Ticket:
    return ticket(number, price, fee, TicketStatus.CONFIRMED)


def paid(price: int = 2500, fee: int = 100, price_returned: int = 0, fee_returned: int = 0) -> Paid:
    unit = UnitPrice(
        list_minor=price,
        discount_minor=0,
        fee_minor=fee,
        is_fee_on_top=True,
        vat_basis_points=550,
        vat_minor=0,
        fee_vat_basis_points=2000,
        fee_vat_minor=0,
    )
    return Paid(unit, price_returned, fee_returned)


@pytest.mark.parametrize(
    ("rules", "hours_before", "refusal"),
    [
        (RefundRules(), 0.01, None),
        (RefundRules(), 0, EventOver),
        (RefundRules(until_hours=48), 48.01, None),
        (RefundRules(until_hours=48), 48, RefundTooLate),
        (RefundRules(until_hours=48), 1, RefundTooLate),
        (RefundRules(is_allowed=False), 1000, RefundNotAllowed),
        (RefundRules(is_allowed=False), -1, EventOver),
    ],
)
def test_until_when_a_holder_may(
    rules: RefundRules, hours_before: float, refusal: type[Exception] | None
) -> None:
    at = STARTS_AT - timedelta(hours=hours_before)
    found = refusal_of(offer(rules), HOLDER, at)
    assert (None if found is None else type(found)) is refusal
    assert refusal_of(offer(rules), ADMINISTRATOR, at) is None
    assert refusal_of(offer(rules, "cancelled"), HOLDER, at) is None


def test_what_is_too_late_says_until_when() -> None:
    found = refusal_of(offer(RefundRules(until_hours=24)), HOLDER, STARTS_AT - timedelta(hours=2))
    assert isinstance(found, RefundTooLate)
    assert "24 h" in found.sentence("fr")
    assert "24 h" in found.sentence("en")
    assert found.params["until"] == STARTS_AT - timedelta(hours=24)


@pytest.mark.parametrize(
    ("rules", "amount", "kept", "fee_kept"),
    [
        (RefundRules(), 2600, 0, 0),
        (RefundRules(keeps_fee=True), 2500, 0, 100),
        (RefundRules(kept_minor=300), 2300, 300, 0),
        (RefundRules(kept_minor=300, keeps_fee=True), 2200, 300, 100),
        (RefundRules(kept_minor=99999, keeps_fee=True), 0, 2500, 100),
    ],
)
def test_what_a_ticket_gives_back(
    rules: RefundRules, amount: int, kept: int, fee_kept: int
) -> None:
    (back,) = what_goes_back([confirmed()], [paid()], offer(rules), HOLDER, 2600)
    assert (back.amount_minor, back.kept_minor, back.fee_kept_minor) == (amount, kept, fee_kept)
    for free in (ADMINISTRATOR, EVENT_CANCELLED):
        (back,) = what_goes_back([confirmed()], [paid()], offer(rules), free, 2600)
        assert (back.amount_minor, back.kept_minor, back.fee_kept_minor) == (2600, 0, 0)


def test_what_cannot_be_given_back_is_refused_by_name() -> None:
    rules = offer(RefundRules())
    for status, refusal in (
        (TicketStatus.USED, AlreadyUsed),
        (TicketStatus.CANCELLED, AlreadyCancelled),
    ):
        found = order_back(
            [confirmed(), ticket(2, 1, 0, status)], [paid()] * 2, rules, ADMINISTRATOR, 9, EARLY
        )
        assert isinstance(found.refusal, refusal)
    assert isinstance(order_back([], [], rules, HOLDER, 0, EARLY).refusal, NothingToRefund)
    allowed = order_back([confirmed()], [paid()], rules, HOLDER, 2600, EARLY)
    assert (allowed.refusal, allowed.total_minor) == (None, 2600)
    assert allowed.until == last_moment(rules) == STARTS_AT
    assert order_back([confirmed()], [paid()], rules, ADMINISTRATOR, 2600, EARLY).until is None


def test_what_goodwill_gave_is_not_given_again() -> None:
    how = [paid(price_returned=700, fee_returned=20)]
    (back,) = what_goes_back([confirmed()], how, offer(RefundRules(kept_minor=300)), HOLDER, 9999)
    assert (back.price_minor, back.fee_minor) == (1500, 80)
    assert (back.kept_minor, back.given_before_minor) == (300, 720)


prices = st.integers(0, 20_000)


@given(
    st.lists(st.tuples(prices, st.integers(0, 500), st.floats(0, 1)), max_size=8),
    st.builds(RefundRules, kept_minor=prices, keeps_fee=st.booleans()),
    st.booleans(),
    st.integers(0, 100_000),
)
def test_parts_add_up_and_never_exceed_what_is_left(
    charges: list[tuple[int, int, float]], rules: RefundRules, is_bound: bool, left: int
) -> None:
    tickets = [confirmed(i, price, fee) for i, (price, fee, _) in enumerate(charges)]
    how = [
        paid(price, fee, int(price * returned), int(fee * returned))
        for price, fee, returned in charges
    ]
    backs = what_goes_back(tickets, how, offer(rules), Right("holder", is_bound), left)
    assert [back.ticket_id for back in backs] == [each.ticket_id for each in tickets]
    for back, each in zip(backs, how, strict=True):
        parts = (
            back.price_minor,
            back.fee_minor,
            back.kept_minor,
            back.fee_kept_minor,
            back.given_before_minor,
        )
        assert min(parts) >= 0
        assert sum(parts) == each.unit.charged_minor
        assert back.price_minor <= each.price_left_minor
        assert back.fee_minor <= each.fee_left_minor
    assert sum(back.amount_minor for back in backs) <= left
