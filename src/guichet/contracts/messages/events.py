"""What events tells. Every message carries the whole event, so that order does not matter."""

from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from guichet.kernel.outbox import Message


class TicketTypeOffer(BaseModel):
    """One ticket type: `capacity` places at `price_minor` each.

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
