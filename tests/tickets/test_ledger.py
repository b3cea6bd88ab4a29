"""The ledger always balances, whatever moves, and a seal shows every change."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.tickets.ledger import FIRST_DAY_HASH, PROVIDER, Transfer, balances, day_hash

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


@pytest.mark.parametrize("text", ['"', "|", "\\", "],["])
def test_no_text_can_be_shifted_from_one_field_into_the_next(text: str) -> None:
    one = Transfer(
        1, "a" + text, "capture", "b", "c", 1, "EUR", 1, None, datetime(2027, 1, 1, tzinfo=UTC)
    )
    other = replace(one, reference="a", kind=text + "capture")
    assert day_hash("", DAY, [one]) != day_hash("", DAY, [other])
