"""What the purchase saga asks of a payment provider, whoever that is.

A payment has three settled ends and one that is not: paid, declined, waiting for the buyer, and
unknown. Unknown is an answer like the others: a timeout, a broken connection or the provider's own
failure never becomes an exception, because the money may have moved.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypedDict, Unpack


class PaymentOutcome(StrEnum):
    """How a payment stands at the provider."""

    PAID = "paid"
    """Captured in full. It stays `PAID` when it was refunded since; see `refunded_minor`."""
    DECLINED = "declined"
    """Nothing is captured, and nothing will be without a new charge; `decline_code` says why."""
    UNKNOWN = "unknown"
    """Nobody can tell yet. Ask again with `find`; keep the stock meanwhile."""
    NEEDS_BUYER = "needs_buyer"
    """Waits for the buyer, who follows `next_action` (3-D Secure); nothing is captured yet."""


class RefundOutcome(StrEnum):
    """How a refund stands at the provider."""

    DONE = "done"
    PENDING = "pending"
    """Accepted; the bank has not confirmed. Ask again by calling `refund` with the same key."""
    REFUSED = "refused"
    """No money went back under this key; `reason` is the provider's code."""
    UNKNOWN = "unknown"
    """Nobody can tell yet. Call `refund` again with the same key and amount."""


@dataclass(frozen=True, slots=True)
class NextAction:
    """What the buyer has to do; `url` is where to send the browser, if anywhere.

    `confirm_payment`: give a means of payment to the provider, with its publishable key.
    """

    type: str
    url: str | None
    # It lets whoever holds it finish the payment, so it never shows up in a log line.
    client_secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class PaymentResult:
    """The state of one payment. Amounts are in minor units of the order's currency."""

    outcome: PaymentOutcome
    intent_id: str | None = None
    method_label: str | None = None
    """For the buyer's eyes, such as `visa •••• 4242`."""
    decline_code: str | None = None
    """Stable word, such as `insufficient_funds`; set when the outcome is `DECLINED`, or when a
    card was declined in the buyer's browser, who may try another."""
    next_action: NextAction | None = None
    amount_minor: int = 0
    """Captured; 0 unless the outcome is `PAID`."""
    refunded_minor: int = 0


@dataclass(frozen=True, slots=True)
class RefundResult:
    """The state of one refund."""

    outcome: RefundOutcome
    refund_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """A verified message of the provider: a hint that something changed, never the change itself.

    Messages come late, twice or in the wrong order, so the receiver asks `find` (or `refund`) for
    the truth. `event_id` is the inbox key; `kind` is the provider's name of it.
    """

    event_id: str
    kind: str
    occurred_at: datetime
    intent_id: str | None
    refund_id: str | None
    order_key: str | None
    live: bool
    dispute_id: str | None = None


BUYER_CHOOSES = "client"
"""In the place of a method: the buyer gives one to the provider alone, in the browser."""


class OrderToCharge(TypedDict):
    """What is charged for, as keyword arguments of `charge` and `find`.

    The saga stores these before the first call and passes the very same ones ever after: a
    provider refuses a key that comes back with other values.
    """

    order_id: int
    order_code: str
    amount_minor: int
    currency: str
    method: str
    """The provider's payment method, `pm_…`, or `BUYER_CHOOSES`; never a card number."""
    return_url: str
    """Absolute; where the buyer's browser comes back to."""
    description: str


class WebhookRejected(Exception):
    """The message is unsigned, altered, stale, from the future or unreadable: answer 400."""


class PaymentProvider(Protocol):
    """The port. Every call may be repeated with the same arguments and has its effect once."""

    @property
    def test_mode(self) -> bool:
        """Whether no real money moves, so that published test cards may be accepted."""
        ...

    async def charge(self, *, order_key: str, **order: Unpack[OrderToCharge]) -> PaymentResult:
        """Charge `method` for an order, at most once per `order_key`.

        With `BUYER_CHOOSES` the payment is opened only, and waits for the buyer
        (`confirm_payment`); a card that is declined leaves it waiting for another one.

        A new try with another method needs a new `order_key`. Never raises for provider trouble.
        """
        ...

    async def find(
        self,
        *,
        order_key: str,
        intent_id: str | None,
        first_tried_at: datetime | None = None,
        **order: Unpack[OrderToCharge],
    ) -> PaymentResult:
        """Find out how the charge of `order_key` stands; `order` exactly as given to `charge`.

        Without an `intent_id` the charge itself is repeated under its key, which settles whether
        the first call arrived: afterwards the payment exists, and exists once. Pass the time of
        the first try, because keys do not live for ever at the provider.
        """
        ...

    async def void(self, *, intent_id: str) -> PaymentResult:
        """Cancel what is not captured. Ends `DECLINED` (`canceled`), or `PAID` if it came too late.

        The caller refunds in the second case. `UNKNOWN` means: call again.
        """
        ...

    async def refund(
        self,
        *,
        refund_key: str,
        intent_id: str,
        amount_minor: int,
        first_tried_at: datetime | None = None,
    ) -> RefundResult:
        """Give back part or all of a captured payment, at most once per `refund_key`."""
        ...

    def read_webhook(self, payload: bytes, signature: str, now: datetime) -> WebhookEvent:
        """Verify and read a message. `now` is aware; raises `WebhookRejected`."""
        ...

    async def close(self) -> None:
        """Release the connections."""
        ...
