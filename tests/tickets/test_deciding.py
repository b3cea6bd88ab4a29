"""Who may have which places, as properties over random baskets and rivals."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.contracts.prices import unit_price
from guichet.tickets.deciding import decide, decide_conversion
from guichet.tickets.domain import (
    Buyer,
    Hold,
    Line,
    Offer,
    Refusal,
    Refused,
    Stock,
    take,
)

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def offer(*capacities: int, **fields: object) -> Offer:
    content: dict[str, object] = {
        "event_id": 1,
        "title": "Concert",
        "status": "published",
        "creator_id": 3,
        "currency": "EUR",
        "starts_at": NOW + timedelta(days=30),
        "ends_at": None,
        "time_zone": "Europe/Paris",
        "location": "Grenoble",
        "sale_opens_at": None,
        "sale_closes_at": None,
        "per_order_max": 10,
        "per_account_max": 12,
        **fields,
    }
    made = Offer(**content)  # pyright: ignore[reportArgumentType] - fields of an offer, by name
    for number, capacity in enumerate(capacities, start=1):
        made.stock[number] = Stock(number, 1, f"Type {number}", 100 * number, capacity, 0, 0)
    return made


requests = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.lists(
            st.tuples(st.integers(1, 3), st.integers(1, 8)),
            min_size=1,
            max_size=3,
            unique_by=lambda pair: pair[0],
        ),
        st.booleans(),
    ),
    max_size=40,
)


@given(requests, st.lists(st.integers(0, 30), min_size=2, max_size=2))
def test_never_more_is_promised_than_there_is_and_no_limit_is_passed(
    asked: list[tuple[int, list[tuple[int, int]], bool]], capacities: list[int]
) -> None:
    event = offer(*capacities)
    allotted: dict[int, dict[int, int]] = {}
    for account, lines, is_sold in asked:
        own = allotted.setdefault(account, {})
        before = {number: (s.sold, s.held) for number, s in event.stock.items()}
        decided = decide(event, [Line(n, q) for n, q in lines], own, NOW)
        if isinstance(decided, Refused):
            assert before == {number: (s.sold, s.held) for number, s in event.stock.items()}
            continue
        take(event, decided, own, is_sold=is_sold)
        assert sum(line.quantity for line in decided) <= event.per_order_max
        for line in decided:
            assert line.unit.charged_minor == event.stock[line.ticket_type_id].price_minor
    for stock in event.stock.values():
        assert stock.left >= 0
    for own in allotted.values():
        assert sum(own.values()) <= (event.per_account_max or 0)
    promised = sum(s.sold + s.held for s in event.stock.values())
    assert promised == sum(sum(own.values()) for own in allotted.values())


@given(st.integers(1, 10), st.integers(1, 10))
def test_who_asks_for_what_is_left_gets_it_and_one_more_is_refused(have: int, want: int) -> None:
    decided = decide(offer(have, per_order_max=100), [Line(1, want)], {}, NOW)
    if want <= have:
        assert decided == (Line(1, want, unit_price(100)),)
    else:
        assert decided == Refused(Refusal.SOLD_OUT, {"left": have})


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"status": "draft"}, Refusal.EVENT_NOT_FOUND),
        ({"status": "cancelled"}, Refusal.EVENT_CANCELLED),
        ({"status": "completed"}, Refusal.EVENT_OVER),
        ({"starts_at": NOW - timedelta(hours=7)}, Refusal.EVENT_OVER),
        ({"ends_at": NOW}, Refusal.EVENT_OVER),
        ({"sale_opens_at": NOW + timedelta(seconds=1)}, Refusal.NOT_ON_SALE_YET),
        ({"sale_closes_at": NOW}, Refusal.SALE_CLOSED),
        ({"per_order_max": 1}, Refusal.PER_ORDER_LIMIT),
        ({"per_account_max": 1}, Refusal.PER_ACCOUNT_LIMIT),
    ],
)
def test_each_rule_has_its_refusal(fields: dict[str, object], refusal: Refusal) -> None:
    decided = decide(offer(10, **fields), [Line(1, 2)], {}, NOW)
    assert isinstance(decided, Refused)
    assert decided.refusal is refusal


def test_a_ticket_types_own_rules_come_before_the_events() -> None:
    event = offer(10, sale_closes_at=NOW)
    event.stock[1].sale_closes_at = NOW + timedelta(hours=1)
    assert decide(event, [Line(1, 2)], {}, NOW) == (Line(1, 2, unit_price(100)),)
    event.stock[1].is_withdrawn = True
    assert decide(event, [Line(1, 2)], {}, NOW) == Refused(Refusal.TICKET_TYPE_NOT_FOUND)


@pytest.mark.parametrize(
    ("holder", "buyer", "serves"),
    [(None, 1, True), (1, 1, True), (1, 2, False), (1, None, False), (None, None, True)],
)
def test_a_hold_serves_its_account_or_whoever_knows_an_unnamed_one(
    holder: int | None, buyer: int | None, serves: bool
) -> None:
    kept = Hold(
        7,
        1,
        Buyer(holder, "", "", "fr"),
        (Line(1, 2, unit_price(100)),),
        "active",
        NOW + timedelta(minutes=1),
    )
    asking = Buyer(buyer, "", "g@example.com", "fr")
    decided = decide_conversion(offer(10), kept, asking, {}, NOW)
    assert decided == (kept.lines if serves else Refused(Refusal.HOLD_GONE))


def test_a_hold_is_gone_at_its_very_end() -> None:
    kept = Hold(7, 1, Buyer(1, "", "", "fr"), (Line(1, 2, unit_price(100)),), "active", NOW)
    assert decide_conversion(offer(10), kept, kept.buyer, {}, NOW) == Refused(Refusal.HOLD_GONE)
