"""What clients send to the hot routes."""

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from guichet.tickets.domain import QUANTITY_MAX

Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Quantity = Annotated[int, msgspec.Meta(ge=1, le=QUANTITY_MAX)]
LINES_MAX = 20


class LineAsked(msgspec.Struct, frozen=True):
    """So many places of one ticket type; prices are ours alone."""

    ticket_type_id: Id
    quantity: Quantity
    price: UnsetType = UNSET


class GuestAsked(msgspec.Struct, frozen=True):
    """Who buys without an account."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    email: Annotated[str, msgspec.Meta(min_length=3, max_length=254)]
    language: Annotated[str, msgspec.Meta(pattern="^(fr|en)$")] = "fr"


class PaymentAsked(msgspec.Struct, frozen=True):
    """How to pay: a provider's `method`, or one of its published test cards while testing."""

    method: Annotated[str, msgspec.Meta(pattern="^pm_[A-Za-z0-9_]{1,100}$")] | None = None
    card_number: str | int | None = None
    expiry: str | None = None
    cvv: str | int | None = None

    def __repr__(self) -> str:
        """Return nothing of a card."""
        return "PaymentAsked(…)"


class HoldAsked(msgspec.Struct, frozen=True):
    """A hold: lines, or a `quantity` of the event's first ticket type."""

    event_id: Id
    items: Annotated[list[LineAsked], msgspec.Meta(min_length=1, max_length=LINES_MAX)] | None = (
        None
    )
    quantity: Quantity | None = None
    guest: GuestAsked | None = None
    price: UnsetType = UNSET
    user_id: UnsetType = UNSET
    status: UnsetType = UNSET


class PurchaseAsked(msgspec.Struct, frozen=True):
    """A purchase: an event with `quantity` or `items`, or a `hold_id`; with a payment if it costs.

    Fields that are ours to decide are refused rather than ignored.
    """

    event_id: Id | None = None
    quantity: Quantity | None = None
    items: Annotated[list[LineAsked], msgspec.Meta(min_length=1, max_length=LINES_MAX)] | None = (
        None
    )
    hold_id: Id | None = None
    payment: PaymentAsked | None = None
    guest: GuestAsked | None = None
    price: UnsetType = UNSET
    amount: UnsetType = UNSET
    total: UnsetType = UNSET
    currency: UnsetType = UNSET
    status: UnsetType = UNSET
    user_id: UnsetType = UNSET
    role: UnsetType = UNSET


class ValidateAsked(msgspec.Struct, frozen=True):
    """What the scanner read, and which event and entrance it stands at, where it knows."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    event_id: Id | None = None
    place: Annotated[str, msgspec.Meta(max_length=100)] | None = None
