"""The ledger: what money did, in transfers that nobody can change afterwards.

Double entry by construction: each transfer debits one account and credits another by the same
amount, in minor units of one currency, so the ledger cannot be out of balance.

    what happened     debited                 credited
    capture           provider                organiser:<account id>
    refund            organiser:<account id>  provider

The same movement is transferred once (`reference` is unique), and the database refuses to change
or delete a transfer. Each day is closed with a hash over its transfers and over the day before,
so that a change behind the database's back shows too.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

PROVIDER = "provider"
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
