"""What clients send to the hot routes."""

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from guichet.kernel.problems import Language
from guichet.tickets.domain import QUANTITY_MAX
from guichet.tickets.promo_codes import CODE_LENGTH_MAX

Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Quantity = Annotated[int, msgspec.Meta(ge=1, le=QUANTITY_MAX)]
LINES_MAX = 20


class OursToSay(msgspec.Struct, frozen=True, kw_only=True):
    """What is decided here alone: refused where a client names it, rather than ignored."""

    price: UnsetType = UNSET
    amount: UnsetType = UNSET
    total: UnsetType = UNSET
    currency: UnsetType = UNSET
    status: UnsetType = UNSET
    user_id: UnsetType = UNSET
    role: UnsetType = UNSET


Code = Annotated[str, msgspec.Meta(min_length=1, max_length=CODE_LENGTH_MAX)]


class LineAsked(OursToSay, frozen=True, kw_only=True):
    """So many places of one ticket type."""

    ticket_type_id: Id
    quantity: Quantity


class GuestAsked(msgspec.Struct, frozen=True):
    """Who buys without an account."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    email: Annotated[str, msgspec.Meta(min_length=3, max_length=254)]
    language: Language = "fr"


class PaymentAsked(msgspec.Struct, frozen=True):
    """How to pay: in the browser (`client`), by a provider's `method`, or by a published test card.

    `client` opens a payment that the buyer's browser confirms with the provider, so that card data
    go between those two alone; see `order.next_action` in the answer. Cards are for trying out.
    """

    client: bool = False
    method: Annotated[str, msgspec.Meta(pattern="^pm_[A-Za-z0-9_]{1,100}$")] | None = None
    card_number: str | int | None = None
    expiry: str | None = None
    cvv: str | int | None = None

    def __repr__(self) -> str:
        """Return nothing of a card."""
        return "PaymentAsked(…)"


class HoldAsked(OursToSay, frozen=True, kw_only=True):
    """A hold: lines, or a `quantity` of the event's first ticket type."""

    event_id: Id
    items: Annotated[list[LineAsked], msgspec.Meta(min_length=1, max_length=LINES_MAX)] | None = (
        None
    )
    quantity: Quantity | None = None
    promo_code: Code | None = None
    guest: GuestAsked | None = None


class QuoteAsked(OursToSay, frozen=True, kw_only=True):
    """What is to be priced: lines, or a `quantity` of the event's first ticket type."""

    event_id: Id
    items: Annotated[list[LineAsked], msgspec.Meta(min_length=1, max_length=LINES_MAX)] | None = (
        None
    )
    quantity: Quantity | None = None
    promo_code: Code | None = None


class PurchaseAsked(OursToSay, frozen=True, kw_only=True):
    """A purchase: an event with `quantity` or `items`, or a `hold_id`; a payment if it costs.

    A promo code is given with the hold or with the purchase of an event's tickets.
    """

    event_id: Id | None = None
    quantity: Quantity | None = None
    items: Annotated[list[LineAsked], msgspec.Meta(min_length=1, max_length=LINES_MAX)] | None = (
        None
    )
    promo_code: Code | None = None
    hold_id: Id | None = None
    payment: PaymentAsked | None = None
    guest: GuestAsked | None = None


class ValidateAsked(msgspec.Struct, frozen=True):
    """What the scanner read, and which event and entrance it stands at, where it knows.

    `typed` says that a person typed the number of a ticket whose code cannot be scanned.
    """

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    typed: bool = False
    event_id: Id | None = None
    place: Annotated[str, msgspec.Meta(max_length=100)] | None = None
