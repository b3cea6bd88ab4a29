"""The ledger: what money did, in transfers that nobody can change afterwards.

Double entry by construction: each transfer debits one account and credits another by the same
amount, in minor units of one currency, so the ledger cannot be out of balance.

    kind            what happened                    debited                 credited
    capture         a payment was taken              provider                organiser:<account id>
    fee             its booking fee, without VAT     organiser:<account id>  fees
    fee_vat         the VAT within the fee           organiser:<account id>  vat:platform:<rate>
    vat             the VAT within the price         organiser:<account id>  vat:<account id>:<rate>
    refund          money was given back             organiser:<account id>  provider
    refund_fee, refund_fee_vat, refund_vat           what of the above goes back with it
    refund_failed   the bank returned a refund       provider                returned_refunds
    refund_retry    and it was given back again      returned_refunds        provider
    refund_settled  or paid in another way           returned_refunds        other_means

Rates are in basis points. What an organiser is owed is the balance of `organiser:<account id>`; the
VAT that is the organiser's to declare stands beside it. An absorbed fee is entered like one on top:
either way the organiser's account got the gross amount first. A refund that the bank returned stays
on the organiser's account, because the buyer is still owed it: `returned_refunds` is what all
buyers together are owed for that. `provider_fee`, `dispute`,
`dispute_fee`, `dispute_won`, `payout` and `adjustment` are what the provider does of itself.

The same movement is transferred once (`reference` is unique), and the database refuses to change
or delete a transfer. Each day is closed with a hash over its transfers and over the day before,
so that a change behind the database's back shows too.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from guichet.tickets.pricing import Parts

PROVIDER = "provider"
FEES = "fees"
PLATFORM = "platform"
OWNER = "{organiser}"
"""Stands for the account id of the event's organiser, who is known where transfers are stored."""
ORGANISER = f"organiser:{OWNER}"
RETURNED_REFUNDS = "returned_refunds"
OTHER_MEANS = "other_means"
FIRST_DAY_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class Transfer:
    """One movement of money; `reference` names it for ever (`capture-17`, `refund-4`)."""

    transfer_id: int
    reference: str
    kind: str
    debit_account: str
    credit_account: str
    amount_minor: int
    currency: str
    order_id: int | None
    provider_reference: str | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Movement:
    """A transfer to be entered, without what its order and its cause say."""

    reference: str
    kind: str
    debit_account: str
    credit_account: str
    amount_minor: int


def capture_movements(order_id: int, captured_minor: int, parts: Parts) -> list[Movement]:
    """Return what the capture of an order moves; `parts` are those of its lines."""
    moved = [Movement(f"capture-{order_id}", "capture", PROVIDER, ORGANISER, captured_minor)]
    for kind, rate, account, amount in _charges(parts):
        moved.append(Movement(f"{kind}-{order_id}{rate}", kind, ORGANISER, account, amount))
    return moved


def refund_movements(refund_id: int, amount_minor: int, parts: Parts | None) -> list[Movement]:
    """Return what a refund moves; of one without `parts` nothing goes back but the amount."""
    moved = [Movement(f"refund-{refund_id}", "refund", ORGANISER, PROVIDER, amount_minor)]
    for charge, rate, account, amount in _charges(parts) if parts is not None else ():
        kind = f"refund_{charge}"
        moved.append(Movement(f"{kind}-{refund_id}{rate}", kind, account, ORGANISER, amount))
    return moved


def retry_movement(refund_id: int, amount_minor: int) -> Movement:
    """Return what a refund moves that stands in for one which the bank returned."""
    return Movement(f"refund-{refund_id}", "refund_retry", RETURNED_REFUNDS, PROVIDER, amount_minor)


def failure_movement(refund_id: int, amount_minor: int) -> Movement:
    """Return what it moves that the bank returns a refund."""
    return Movement(
        f"refund_failed-{refund_id}", "refund_failed", PROVIDER, RETURNED_REFUNDS, amount_minor
    )


def settlement_movement(refund_id: int, amount_minor: int) -> Movement:
    """Return what it moves that a returned refund is paid by other means than the provider."""
    return Movement(
        f"refund_settled-{refund_id}", "refund_settled", RETURNED_REFUNDS, OTHER_MEANS, amount_minor
    )


def _charges(parts: Parts) -> Iterator[tuple[str, str, str, int]]:
    """Yield kind, rate, account and amount of what is taken from the organiser's gross amount."""
    if parts.fee_net_minor:
        yield "fee", "", FEES, parts.fee_net_minor
    for kind, owner, shares in (("fee_vat", PLATFORM, parts.fee_vat), ("vat", OWNER, parts.vat)):
        for share in shares:
            if share.vat_minor:
                rate = share.basis_points
                yield kind, f"-{rate}", vat_account(owner, rate), share.vat_minor


def vat_account(owner: int | str, basis_points: int) -> str:
    """Return the account of an organiser's (or the platform's) VAT at one rate."""
    return f"vat:{owner}:{basis_points}"


@dataclass(frozen=True, slots=True)
class Day:
    """A closed day (UTC): how many transfers it has, and the hash that seals it."""

    day: date
    transfers: int
    last_transfer_id: int
    hash: str


def day_hash(previous: str, day: date, transfers: Sequence[Transfer]) -> str:
    """Return the SHA-256 that seals a day: the day before it, and each transfer in its order."""
    digest = hashlib.sha256(f"{previous}|{day.isoformat()}".encode())
    for transfer in transfers:
        digest.update(b"|")
        digest.update(
            msgspec.json.encode(
                [
                    transfer.transfer_id,
                    transfer.reference,
                    transfer.kind,
                    transfer.debit_account,
                    transfer.credit_account,
                    transfer.amount_minor,
                    transfer.currency,
                    transfer.order_id,
                    transfer.provider_reference,
                    transfer.occurred_at.timestamp(),
                ]
            )
        )
    return digest.hexdigest()


def balances(transfers: Iterable[Transfer]) -> dict[tuple[str, str], int]:
    """Return each account's balance by account and currency: debits less credits."""
    totals: dict[tuple[str, str], int] = {}
    for transfer in transfers:
        debited = (transfer.debit_account, transfer.currency)
        credited = (transfer.credit_account, transfer.currency)
        totals[debited] = totals.get(debited, 0) + transfer.amount_minor
        totals[credited] = totals.get(credited, 0) - transfer.amount_minor
    return totals
