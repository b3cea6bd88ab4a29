"""Whatever the provider moves, its account in the ledger moves by the same amount."""

from datetime import UTC, datetime

import pytest

from guichet.tickets.payments.books import MovementKind, SeenMovement
from guichet.tickets.provider_ledger import transfers_of

NOON = datetime(2027, 6, 15, 12, 0, tzinfo=UTC)


def moved(kind: MovementKind, amount: int, fee: int) -> SeenMovement:
    return SeenMovement("txn_1", kind, amount, fee, "EUR", NOON, "ch_1", "pi_1")


@pytest.mark.parametrize(
    ("kind", "amount", "fee", "wanted"),
    [
        (MovementKind.CHARGE, 4200, 88, ["provider_fee"]),
        (MovementKind.CHARGE, 4200, 0, []),
        (MovementKind.REFUND, -4200, 0, []),
        (MovementKind.REFUND, -4200, -88, ["provider_fee"]),
        (MovementKind.DISPUTE, -4200, 2000, ["dispute", "dispute_fee"]),
        (MovementKind.DISPUTE_REVERSAL, 4200, 0, ["dispute_won"]),
        (MovementKind.DISPUTE_REVERSAL, 4200, -2000, ["dispute_won", "dispute_fee"]),
        (MovementKind.FEE, -300, 0, ["provider_fee"]),
        (MovementKind.PAYOUT, -90_000, 0, ["payout"]),
        (MovementKind.OTHER, 10, 0, []),
    ],
)
def test_each_movement_has_its_transfers(
    kind: MovementKind, amount: int, fee: int, wanted: list[str]
) -> None:
    made = transfers_of(moved(kind, amount, fee), 7)
    assert [transfer.kind for transfer in made] == wanted
    for transfer in made:
        assert (transfer.order_id, transfer.transaction_id) == (7, "txn_1")
        assert transfer.amount_minor > 0
        assert "provider" in {transfer.debit_account, transfer.credit_account}
    is_ours = kind in {MovementKind.CHARGE, MovementKind.REFUND, MovementKind.OTHER}
    balance = sum(
        made.amount_minor if made.debit_account == "provider" else -made.amount_minor
        for made in made
    )
    assert balance == (0 if is_ours else amount) - fee
