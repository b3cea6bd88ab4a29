"""What is kept of a payment, and the place of each backup.

No name, address or card: only numbers, amounts, states and the provider's ids, so that the
deletion of a person has nothing to look for here.
"""

from datetime import UTC, datetime

import msgspec

ROOT = "payment_backups"
_STAMP = "%Y/%m/%d/%H_%M_%S"


class RefundRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Money that went back, or is to: minor units of the payment's currency."""

    refund_id: int
    amount_minor: int
    reason: str
    status: str
    provider_refund_id: str | None
    created_at: datetime
    completed_at: datetime | None


class PaymentRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as it stood at the moment of a backup, amounts in minor units of `currency`."""

    order_id: int
    order_code: str
    event_id: int
    amount_minor: int
    captured_minor: int
    refunded_minor: int
    currency: str
    status: str
    method: str
    intent_id: str | None
    decline_code: str | None
    created_at: datetime
    paid_at: datetime | None
    refunded_at: datetime | None
    refunds: tuple[RefundRecord, ...] = ()

    @property
    def payment_id(self) -> str:
        """The name of this payment in every backup."""
        return payment_id(self.order_id)


def payment_id(order_id: int) -> str:
    """Return a payment's name in the backups.

    Never a bare number: Firebase takes objects whose keys are small numbers for lists.
    """
    return f"payment-{order_id}"


def run_path(at: datetime) -> str:
    """Return where a backup that was begun then lies: `payment_backups/YYYY/MM/DD/HH_mm_ss`."""
    return f"{ROOT}/{at.astimezone(UTC).strftime(_STAMP)}"


def run_time(path: str) -> datetime:
    """Return when the backup at this path was begun; ValueError where it is no such path."""
    return datetime.strptime(path.removeprefix(f"{ROOT}/"), _STAMP).replace(tzinfo=UTC)


def encode(record: PaymentRecord) -> bytes:
    """Return a record as JSON."""
    return msgspec.json.encode(record)


def decode(content: bytes) -> PaymentRecord:
    """Return the record; raises `msgspec.MsgspecError` where the JSON is none."""
    return msgspec.json.decode(content, type=PaymentRecord)
