"""What events tells. Every message carries the whole event, so that order does not matter."""

from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from guichet.contracts.prices import FEE_VAT_BASIS_POINTS
from guichet.kernel.outbox import Message


class FeeOffer(BaseModel):
    """The booking fee of each ticket, as `guichet.contracts.prices.FeeTerms` explains it."""

    model_config = ConfigDict(frozen=True)

    fixed_minor: int = 0
    basis_points: int = 0
    is_on_top: bool = True
    vat_basis_points: int = FEE_VAT_BASIS_POINTS


class RefundRules(BaseModel):
    """When a holder may give tickets back, and what is kept then.

    Until `until_hours` before the start (0: until it starts). `kept_minor` is kept of the price of
    each ticket, at most all of it; `keeps_fee` keeps the booking fee on top. None of it counts
    where the event is cancelled or an administrator decides.
    """

    model_config = ConfigDict(frozen=True)

    is_allowed: bool = True
    until_hours: int = 0
    kept_minor: int = 0
    keeps_fee: bool = False


class TicketTypeOffer(BaseModel):
    """One ticket type: `capacity` places at a list price of `price_minor` each, VAT included.

    Sale times are None where the event's own count; limits are None where there is none.
    """

    model_config = ConfigDict(frozen=True)

    ticket_type_id: int
    name: str
    price_minor: int
    capacity: int
    sale_opens_at: datetime | None = None
    sale_closes_at: datetime | None = None
    per_order_max: int | None = None
    per_account_max: int | None = None
    is_hidden: bool = False
    vat_basis_points: int = 0


class EventSnapshot(BaseModel):
    """A published or formerly published event; the higher `version` is the later state.

    `status` is draft, published, cancelled or completed. Instants are in UTC; `time_zone` names
    where it takes place.
    """

    model_config = ConfigDict(frozen=True)

    event_id: int
    version: int
    title: str
    status: str
    creator_id: int
    starts_at: datetime
    ends_at: datetime | None = None
    time_zone: str
    location: str
    venue: str | None = None
    city: str | None = None
    currency: str
    sale_opens_at: datetime | None = None
    sale_closes_at: datetime | None = None
    per_order_max: int
    per_account_max: int | None = None
    fee: FeeOffer = FeeOffer()
    refund_rules: RefundRules = RefundRules()
    ticket_types: list[TicketTypeOffer]


class EventPublished(Message):
    """An event became visible and its tickets are for sale."""

    subject: ClassVar[str] = "events.event.published"

    event: EventSnapshot
    occurred_at: datetime


class EventUpdated(Message):
    """A published event changed, or went back to draft or on to completed."""

    subject: ClassVar[str] = "events.event.updated"

    event: EventSnapshot
    occurred_at: datetime


class EventRescheduled(Message):
    """A published event moved to another time; its holders are told."""

    subject: ClassVar[str] = "events.event.rescheduled"

    event: EventSnapshot
    previous_starts_at: datetime
    occurred_at: datetime


class EventCancelled(Message):
    """An event will not take place: its orders are refunded, its holders told."""

    subject: ClassVar[str] = "events.event.cancelled"

    event: EventSnapshot
    reason: str | None = None
    occurred_at: datetime
