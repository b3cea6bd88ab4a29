"""What the provider does of itself, as transfers of the ledger. Pure.

    kind            what happened                          debited         credited
    provider_fee    the provider took its fee              provider_fees   provider
    dispute         a disputed amount left the balance     disputes        provider
    dispute_won     and came back                          provider        disputes
    dispute_fee     the fee of a dispute                   provider_fees   provider
    payout          money went to our bank account         bank            provider

A refund that the bank returned is entered with the refund (`returned_refunds.py`). Each is named
after the provider's own transaction, so that it is entered once, whether a webhook or
reconciliation meets it first.
"""

from guichet.tickets.ledger import PROVIDER
from guichet.tickets.payments import MovementKind, SeenMovement
from guichet.tickets.repository.provider import ProviderTransfer

PROVIDER_FEES = "provider_fees"
DISPUTES = "disputes"
BANK = "bank"

_ACCOUNTS = {
    MovementKind.DISPUTE: ("dispute", DISPUTES),
    MovementKind.DISPUTE_REVERSAL: ("dispute_won", DISPUTES),
    MovementKind.FEE: ("provider_fee", PROVIDER_FEES),
    MovementKind.PAYOUT: ("payout", BANK),
}
"""Movements whose amount has no entry of ours yet: the kind, and the account on the other side."""


def transfers_of(moved: SeenMovement, order_id: int | None) -> list[ProviderTransfer]:
    """Return what is to be entered for a movement, besides what our own doing has entered.

    Captures and refunds are entered when we learn of them, so of those only the fee is new.
    """
    found: list[ProviderTransfer] = []
    if moved.kind in _ACCOUNTS and moved.amount_minor:
        kind, account = _ACCOUNTS[moved.kind]
        found.append(_transfer(moved, order_id, kind, kind, account, moved.amount_minor))
    if moved.fee_minor:
        is_dispute = moved.kind in {MovementKind.DISPUTE, MovementKind.DISPUTE_REVERSAL}
        kind = "dispute_fee" if is_dispute else "provider_fee"
        found.append(_transfer(moved, order_id, kind, kind, PROVIDER_FEES, -moved.fee_minor))
    return found


def _transfer(
    moved: SeenMovement,
    order_id: int | None,
    name: str,
    kind: str,
    account: str,
    amount_minor: int,
) -> ProviderTransfer:
    """Return a transfer between an account and the provider; a positive amount comes in there."""
    comes_in = amount_minor > 0
    return ProviderTransfer(
        reference=f"{name}-{moved.transaction_id}",
        kind=kind,
        debit_account=PROVIDER if comes_in else account,
        credit_account=account if comes_in else PROVIDER,
        amount_minor=abs(amount_minor),
        currency=moved.currency,
        order_id=order_id,
        transaction_id=moved.transaction_id,
        occurred_at=moved.created_at,
    )
