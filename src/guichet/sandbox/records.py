"""What the sandbox keeps: immutable snapshots, each line of the journal made of some of them.

Amounts are integers in minor units, times are Unix seconds. A change replaces a snapshot by a new
one; stored answers and waiting events go on holding the one that they were made from.
"""

import secrets
from typing import Literal

import msgspec

IntentStatus = Literal[
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "processing",
    "succeeded",
    "canceled",
]
RefundStatus = Literal["pending", "succeeded", "failed"]
DisputeStatus = Literal["needs_response", "under_review", "won", "lost"]

_NUMBER_DIGITS = 10


class Problem(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """An error of the provider's API, in its own words."""

    type: Literal[
        "card_error", "invalid_request_error", "idempotency_error", "api_error", "rate_limit_error"
    ]
    message: str
    code: str | None = None
    decline_code: str | None = None
    param: str | None = None


class Attempt(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One try to take the money; the provider calls it a charge."""

    method: str
    at: int
    status: Literal["succeeded", "failed", "pending"]
    problem: Problem | None = None
    fee: int | None = None
    """What the provider keeps of it, once it has succeeded."""


class Intent(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One payment. `number` is its place in the books, and is part of its id."""

    id: str
    number: int
    secret: str
    created: int
    amount: int
    currency: str
    status: IntentStatus
    metadata: dict[str, str]
    method: str | None = None
    attempts: tuple[Attempt, ...] = ()
    last_problem: Problem | None = None
    refunded: int = 0
    description: str | None = None
    return_url: str | None = None
    canceled_at: int | None = None
    settles_at: float | None = None
    """When a `processing` payment succeeds by itself."""

    @property
    def client_secret(self) -> str:
        """What lets a browser finish this payment."""
        return f"{self.id}_secret_{self.secret}"

    @property
    def captured(self) -> int:
        """What was taken from the buyer, refunds not deducted."""
        return self.amount if self.status == "succeeded" else 0

    @property
    def charge_id(self) -> str | None:
        """The id of the latest attempt, if there is one."""
        return charge_id_of(self, len(self.attempts)) if self.attempts else None


class Refund(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Money given back; `intent` is the number of the payment that it belongs to."""

    id: str
    number: int
    intent: int
    created: int
    amount: int
    status: RefundStatus
    metadata: dict[str, str]
    reason: str | None = None
    settles_at: float | None = None
    settles_as: Literal["succeeded", "failed"] | None = None
    failed_at: int | None = None


class Dispute(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A payment that the payer's bank contests: its amount and a fee leave the balance at once.

    A dispute that is won brings the amount back, not the fee; `closed` is when it ended.
    """

    id: str
    number: int
    intent: int
    created: int
    amount: int
    fee: int
    status: DisputeStatus
    reason: str
    closed: int | None = None


class StoredAnswer(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What an idempotency key gave; the objects in it stand beside it in the same record."""

    key: str
    fingerprint: str
    at: int
    status: int
    expand: tuple[str, ...] = ()
    problem: Problem | None = None


class Event(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A webhook to send; it describes the objects of the same record."""

    id: str
    type: str
    created: int
    idempotency_key: str | None = None


class Record(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One line of the journal: everything that one request changed, or nothing of it."""

    intent: Intent | None = None
    refund: Refund | None = None
    dispute: Dispute | None = None
    answer: StoredAnswer | None = None
    events: tuple[Event, ...] = ()
    delivered: tuple[str, ...] = ()


def new_intent_id(number: int) -> str:
    """Return an id that cannot be guessed and tells the place in the books.

    The letter ends the run of digits, which in a log could otherwise look like a card's number.
    """
    return f"pi_3{number:0{_NUMBER_DIGITS}d}G{random_text(12)}"


def new_refund_id(number: int) -> str:
    """Return an id that cannot be guessed and tells the place in the books."""
    return f"re_3{number:0{_NUMBER_DIGITS}d}G{random_text(12)}"


def new_dispute_id(number: int) -> str:
    """Return an id that cannot be guessed and tells the place in the books."""
    return f"du_3{number:0{_NUMBER_DIGITS}d}G{random_text(12)}"


def charge_id_of(intent: Intent, attempt: int) -> str:
    """Return the id of the n-th attempt, counted from 1."""
    return f"ch_{intent.id[3:]}{attempt:02d}"


def number_in(object_id: str) -> int | None:
    """Return the place in the books that an id of ours names, None for any other text."""
    digits = object_id[4 : 4 + _NUMBER_DIGITS]
    return int(digits) if len(digits) == _NUMBER_DIGITS and digits.isdecimal() else None


def random_text(length: int) -> str:
    """Return unguessable hexadecimal digits, an even number of them."""
    return secrets.token_hex(length // 2)
