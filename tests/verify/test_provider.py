"""The checker notices a provider's fee or dispute that the ledger has otherwise."""

from dataclasses import replace

import pytest

from guichet.verify.provider import provider_entries_agree
from tests.verify.conftest import FakeOutside, spoil

ENTER = (
    "INSERT INTO ledger_transfers (reference, kind, debit_account, credit_account, amount_minor,"
    " currency, order_id, occurred_at) SELECT $1 || '-txn_' || $2::bigint, $1, 'provider_fees',"
    " 'provider', $2, 'EUR', order_id, now() FROM orders LIMIT 1"
)
READ = "INSERT INTO reconciliation_cursors (name, reached_at) VALUES ('movements', now())"


@pytest.mark.parametrize("kind", ["provider_fee", "dispute", "dispute_fee"])
async def test_an_entry_is_compared(healthy: FakeOutside, kind: str) -> None:
    names = {"provider_fee": "fee", "dispute": "disputed", "dispute_fee": "dispute_fees"}
    await spoil(healthy, "tickets", ENTER, kind, 75)
    assert len(await provider_entries_agree(healthy)) == 1
    healthy.booked = [replace(healthy.booked[0], **{names[kind]: 75})]
    assert await provider_entries_agree(healthy) == []
    healthy.booked = []
    assert len(await provider_entries_agree(healthy)) == 1


async def test_a_missing_fee_is_missed_once_it_must_have_been_read(healthy: FakeOutside) -> None:
    healthy.booked = [replace(healthy.booked[0], fee=75, created=1_000)]
    assert await provider_entries_agree(healthy) == [], "nothing has been compared yet"
    await spoil(healthy, "tickets", READ)
    assert len(await provider_entries_agree(healthy)) == 1


async def test_the_payments_of_one_order_are_added_up(healthy: FakeOutside) -> None:
    await spoil(healthy, "tickets", ENTER, "provider_fee", 75)
    paid = replace(healthy.booked[0], fee=75)
    healthy.booked = [paid, replace(paid, intent_id="pi_2", fee=0, captured=0)]
    assert await provider_entries_agree(healthy) == []
    healthy.booked.append(replace(paid, intent_id="pi_3", fee=75))
    assert len(await provider_entries_agree(healthy)) == 1
