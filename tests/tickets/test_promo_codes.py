"""When a promo code counts, for which tickets, and what it takes off."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from guichet.contracts.prices import NO_DISCOUNT, Discount, FeeTerms
from guichet.tickets.deciding import decide
from guichet.tickets.domain import Line, Refusal, Refused
from guichet.tickets.promo_codes import PromoCode, decide_promo, key_of_code
from tests.tickets.test_deciding import NOW, offer

PROMO = PromoCode(
    promo_id=1,
    event_id=1,
    code="Amis-15",
    discount=Discount(basis_points=1500),
    max_uses=2,
    valid_from=NOW - timedelta(days=1),
    valid_until=NOW + timedelta(days=1),
    ticket_type_ids=frozenset({1}),
    reveals_hidden=False,
    created_at=datetime(2026, 12, 1, tzinfo=UTC),
)


def test_neither_case_nor_spaces_around_matter() -> None:
    assert key_of_code(" Amis-15 ") == key_of_code("AMIS-15") == "amis-15"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"valid_from": NOW + timedelta(seconds=1)}, Refusal.PROMO_CODE_NOT_YET_VALID),
        ({"valid_until": NOW}, Refusal.PROMO_CODE_EXPIRED),
        ({"ticket_type_ids": frozenset({2})}, Refusal.PROMO_CODE_NOT_APPLICABLE),
        ({"uses": 2}, Refusal.PROMO_CODE_USED_UP),
        ({"uses": 1}, None),
        ({"max_uses": None, "uses": 10**6}, None),
        ({"valid_from": NOW, "valid_until": None}, None),
        ({"ticket_type_ids": None}, None),
    ],
)
def test_each_rule_has_its_refusal(changes: dict[str, object], refusal: Refusal | None) -> None:
    promo = replace(PROMO, **changes)  # pyright: ignore[reportArgumentType] - fields of a code, by name
    found = decide_promo(promo, [Line(1, 1), Line(3, 1)], NOW)
    assert (found and found.refusal) == refusal


def test_a_code_takes_off_its_own_tickets_alone_and_the_fee_follows_the_price() -> None:
    event = offer(10, 10, fee=FeeTerms(fixed_minor=10, basis_points=1000))
    lines = decide(event, [Line(1, 2), Line(2, 1)], {}, NOW, PROMO)
    assert not isinstance(lines, Refused)
    assert [(line.unit.discount_minor, line.unit.price_minor) for line in lines] == [
        (15, 85),
        (0, 200),
    ]
    assert [line.unit.fee_minor for line in lines] == [10 + 9, 10 + 20]
    assert PROMO.discount_on(2) == NO_DISCOUNT


def test_a_hidden_type_wants_a_code_that_reveals_it() -> None:
    event = offer(10, 10)
    event.stock[1].is_hidden = event.stock[2].is_hidden = True
    hidden = Refused(Refusal.TICKET_TYPE_NOT_FOUND)
    opening = replace(PROMO, reveals_hidden=True)
    assert decide(event, [Line(1, 1)], {}, NOW) == hidden
    assert decide(event, [Line(1, 1)], {}, NOW, PROMO) == hidden
    assert not isinstance(decide(event, [Line(1, 1)], {}, NOW, opening), Refused)
    assert decide(event, [Line(1, 1), Line(2, 1)], {}, NOW, opening) == hidden
    for_all = replace(opening, ticket_type_ids=None, discount=NO_DISCOUNT)
    assert not isinstance(decide(event, [Line(1, 1), Line(2, 1)], {}, NOW, for_all), Refused)
