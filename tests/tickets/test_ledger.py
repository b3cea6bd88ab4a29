"""The ledger always balances, whatever moves, and a seal shows every change."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.tickets.ledger import (
    FIRST_DAY_HASH,
    PROVIDER,
    Transfer,
    balances,
    capture_movements,
    day_hash,
    refund_movements,
)
from guichet.tickets.pricing import Parts, VatShare

DAY = date(2027, 1, 1)
ACCOUNTS = (PROVIDER, "organiser:1", "organiser:2")

transfers = st.lists(
    st.builds(
        Transfer,
        transfer_id=st.integers(1, 10**9),
        reference=st.text(min_size=1, max_size=20),
        kind=st.sampled_from(["capture", "refund"]),
        debit_account=st.sampled_from(ACCOUNTS),
        credit_account=st.sampled_from(ACCOUNTS),
        amount_minor=st.integers(1, 10**12),
        currency=st.sampled_from(["EUR", "CHF"]),
        order_id=st.integers(1, 10**9),
        provider_reference=st.none() | st.text(max_size=20),
        occurred_at=st.datetimes(
            min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
            max_value=datetime(2040, 1, 1),  # noqa: DTZ001 - as above
            timezones=st.just(UTC),
        ),
    ),
    max_size=20,
)


@given(transfers)
def test_every_currency_adds_up_to_zero(moved: list[Transfer]) -> None:
    found = balances(moved)
    for currency in ("EUR", "CHF"):
        assert sum(amount for (_, of), amount in found.items() if of == currency) == 0


@given(transfers.filter(bool), st.data())
def test_a_seal_shows_any_change(moved: list[Transfer], data: st.DataObject) -> None:
    seal = day_hash(FIRST_DAY_HASH, DAY, moved)
    place = data.draw(st.integers(0, len(moved) - 1))
    changed = [*moved]
    changed[place] = replace(changed[place], amount_minor=changed[place].amount_minor + 1)
    assert day_hash(FIRST_DAY_HASH, DAY, changed) != seal
    assert day_hash(FIRST_DAY_HASH, DAY, moved[:place] + moved[place + 1 :]) != seal
    assert day_hash("1" * 64, DAY, moved) != seal
    assert day_hash(FIRST_DAY_HASH, date(2027, 1, 2), moved) != seal


PARTS = Parts(2110, 120, 120, (VatShare(550, 2110, 110),), (VatShare(2000, 120, 20),))


def test_what_a_refund_of_everything_moves_undoes_its_capture() -> None:
    taken = capture_movements(7, 2230, PARTS)
    returned = refund_movements(4, 2230, PARTS)
    assert [(m.reference, m.amount_minor) for m in taken] == [
        ("capture-7", 2230),
        ("fee-7", 100),
        ("fee_vat-7-2000", 20),
        ("vat-7-550", 110),
    ]
    assert [(m.kind, m.reference) for m in returned] == [
        ("refund", "refund-4"),
        ("refund_fee", "refund_fee-4"),
        ("refund_fee_vat", "refund_fee_vat-4-2000"),
        ("refund_vat", "refund_vat-4-550"),
    ]
    for there, back in zip(taken, returned, strict=True):
        assert (there.debit_account, there.credit_account, there.amount_minor) == (
            back.credit_account,
            back.debit_account,
            back.amount_minor,
        )


def test_nothing_is_entered_of_what_is_nothing() -> None:
    parts = Parts(1000, 0, 0, (VatShare(0, 1000, 0),))
    assert [m.kind for m in capture_movements(1, 1000, parts)] == ["capture"]
    assert [m.kind for m in refund_movements(1, 1000, None)] == ["refund"]


@pytest.mark.parametrize("text", ['"', "|", "\\", "],["])
def test_no_text_can_be_shifted_from_one_field_into_the_next(text: str) -> None:
    one = Transfer(
        1, "a" + text, "capture", "b", "c", 1, "EUR", 1, None, datetime(2027, 1, 1, tzinfo=UTC)
    )
    other = replace(one, reference="a", kind=text + "capture")
    assert day_hash("", DAY, [one]) != day_hash("", DAY, [other])
