"""The bodies of answers."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, PlainSerializer, WithJsonSchema

from guichet.contracts.clients.tickets import EventSales
from guichet.contracts.money import amount_of
from guichet.contracts.percents import percent_of
from guichet.contracts.times import rfc3339
from guichet.events.domain.records import Event, Speaker, Sponsor, TicketType, Viewer
from guichet.events.domain.states import Status
from guichet.events.http_api.terms import (
    FeeAnswer,
    Money,
    RefundRulesAnswer,
    fee_answer,
    refund_rules_answer,
)
from guichet.kernel.problems import Language

Instant = Annotated[
    datetime,
    PlainSerializer(rfc3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class SpeakerAnswer(BaseModel):
    """A speaker."""

    id: int
    name: str
    bio: str | None
    photo_url: str | None
    company: str | None
    position: str | None
    topic: str | None
    speaking_time: str | None


class SponsorAnswer(BaseModel):
    """A sponsor."""

    id: int
    name: str
    logo_url: str | None
    website_url: str | None
    tier: str
    type: str


class TicketTypeAnswer(BaseModel):
    """A ticket type; null where the event's own sale times and limits count.

    `price` is the list price, VAT of `vat_rate` per cent included; a buyer pays `total`, with the
    `fee` that is on top.
    """

    id: int
    name: str
    price: Money
    vat_rate: str
    fee: Money
    total: Money
    currency: str
    capacity: int
    available: int
    sale_opens_at: Instant | None
    sale_closes_at: Instant | None
    per_order_max: int | None
    per_account_max: int | None
    is_hidden: bool


class EventAnswer(BaseModel):
    """An event; `price` is the lowest, `max_tickets` and `available_tickets` add up its types."""

    id: int
    version: int
    title: str
    description: str
    date: Instant
    end_date: Instant | None
    time_zone: str
    location: str
    venue: str | None
    city: str | None
    category: str | None
    status: Status
    currency: str
    price: Money
    max_tickets: int
    available_tickets: int
    per_order_max: int
    per_account_max: int | None
    sale_opens_at: Instant | None
    sale_closes_at: Instant | None
    fee: FeeAnswer
    refund_rules: RefundRulesAnswer
    image: str | None
    cancel_reason: str | None
    creator_id: int
    ticket_types: list[TicketTypeAnswer]
    speakers: list[SpeakerAnswer]
    sponsors: list[SponsorAnswer]
    created_at: Instant
    updated_at: Instant


class TicketTypes(BaseModel):
    """The ticket types of an event, in their order."""

    data: list[TicketTypeAnswer]


class CategoryAnswer(BaseModel):
    """A category: `key` is what events carry."""

    key: str
    name_fr: str
    name_en: str


class Categories(BaseModel):
    """Every category, in its order."""

    data: list[CategoryAnswer]


class DayAnswer(BaseModel):
    """What was sold on one day, by the event's calendar."""

    day: date
    tickets: int
    revenue: Money


class HourAnswer(BaseModel):
    """What was sold within the hour that begins at that instant."""

    hour: Instant
    tickets: int
    revenue: Money


class LevelAnswer(BaseModel):
    """The figures of one ticket type."""

    ticket_type_id: int
    name: str
    capacity: int
    sold: int
    held: int
    left: int


class StatsAnswer(BaseModel):
    """The figures of an event, read at their source.

    Days are those of the event's calendar; `by_hour` covers the last 48 hours. Days and hours
    without a sale are left out.
    """

    event_id: int
    currency: str
    capacity: int
    sold: int
    held: int
    left: int
    cancelled: int
    admitted: int
    revenue: Money
    refunded: Money
    ticket_types: list[LevelAnswer]
    by_day: list[DayAnswer]
    by_hour: list[HourAnswer]


class Deleted(BaseModel):
    """Something that is gone."""

    id: int
    deleted: bool
    message: str


class OwnEvent(BaseModel):
    """An event that an account created, as its export lists it."""

    id: int
    title: str
    status: str
    starts_at: Instant
    created_at: Instant


class Export(BaseModel):
    """All that events holds of a person."""

    events: list[OwnEvent]


def event_answer(event: Event, viewer: Viewer) -> EventAnswer:
    """Return the event as this viewer sees it: hidden ticket types are the organiser's to see."""
    is_own = event.is_of(viewer)
    shown = [kind for kind in event.ticket_types if is_own or not kind.is_hidden]
    return EventAnswer(
        id=event.event_id,
        version=event.version,
        title=event.title,
        description=event.description,
        date=event.starts_at,
        end_date=event.ends_at,
        time_zone=event.time_zone,
        location=event.location,
        venue=event.venue,
        city=event.city,
        category=event.category,
        status=event.status,
        currency=event.currency,
        price=amount_of(event.price_minor),
        max_tickets=sum(kind.capacity for kind in shown),
        available_tickets=sum(kind.available for kind in shown),
        per_order_max=event.per_order_max,
        per_account_max=event.per_account_max,
        sale_opens_at=event.sale_opens_at,
        sale_closes_at=event.sale_closes_at,
        fee=fee_answer(event.fee),
        refund_rules=refund_rules_answer(event.refund_rules),
        image=image_address(event),
        cancel_reason=event.cancel_reason,
        creator_id=event.creator_id,
        ticket_types=[ticket_type_answer(kind, event) for kind in shown],
        speakers=[speaker_answer(item) for item in event.speakers],
        sponsors=[sponsor_answer(item) for item in event.sponsors],
        created_at=event.created_at,
        updated_at=event.updated_at,
    )


def image_address(event: Event) -> str | None:
    """Return where the picture is: uploaded (below this API) or elsewhere."""
    if event.image_hash:
        return f"/api/v1/events/{event.event_id}/image?v={event.image_hash}"
    return event.image_url


def ticket_type_answer(kind: TicketType, event: Event) -> TicketTypeAnswer:
    """Return a ticket type of that event."""
    price = kind.unit_price(event.fee)
    return TicketTypeAnswer(
        id=kind.ticket_type_id,
        name=kind.name,
        price=amount_of(kind.price_minor),
        vat_rate=percent_of(kind.vat_basis_points),
        fee=amount_of(price.fee_on_top_minor),
        total=amount_of(price.charged_minor),
        currency=event.currency,
        capacity=kind.capacity,
        available=kind.available,
        sale_opens_at=kind.sale_opens_at,
        sale_closes_at=kind.sale_closes_at,
        per_order_max=kind.per_order_max,
        per_account_max=kind.per_account_max,
        is_hidden=kind.is_hidden,
    )


def speaker_answer(item: Speaker) -> SpeakerAnswer:
    """Return a speaker."""
    return SpeakerAnswer(
        id=item.speaker_id,
        name=item.name,
        bio=item.bio,
        photo_url=item.photo_url,
        company=item.company,
        position=item.position,
        topic=item.topic,
        speaking_time=item.speaking_time,
    )


def sponsor_answer(item: Sponsor) -> SponsorAnswer:
    """Return a sponsor."""
    return SponsorAnswer(
        id=item.sponsor_id,
        name=item.name,
        logo_url=item.logo_url,
        website_url=item.website_url,
        tier=item.tier,
        type=item.type,
    )


def stats_answer(event: Event, sales: EventSales) -> StatsAnswer:
    """Return the figures; ticket types that tickets has not heard of yet count as unsold."""
    told = {level.ticket_type_id: level for level in sales.levels}
    levels: list[LevelAnswer] = []
    for kind in event.ticket_types:
        level = told.get(kind.ticket_type_id)
        capacity = level.capacity if level else kind.capacity
        sold, held = (level.sold, level.held) if level else (0, 0)
        levels.append(
            LevelAnswer(
                ticket_type_id=kind.ticket_type_id,
                name=kind.name,
                capacity=capacity,
                sold=sold,
                held=held,
                left=max(0, capacity - sold - held),
            )
        )
    capacity = sales.capacity or event.capacity
    return StatsAnswer(
        event_id=event.event_id,
        currency=event.currency,
        capacity=capacity,
        sold=sales.sold,
        held=sales.held,
        left=max(0, capacity - sales.sold - sales.held),
        cancelled=sales.cancelled,
        admitted=sales.admitted,
        revenue=amount_of(sales.revenue_minor),
        refunded=amount_of(sales.refunded_minor),
        ticket_types=levels,
        by_day=[
            DayAnswer(day=day.day, tickets=day.tickets, revenue=amount_of(day.revenue_minor))
            for day in sales.by_day
        ],
        by_hour=[
            HourAnswer(hour=hour.hour, tickets=hour.tickets, revenue=amount_of(hour.revenue_minor))
            for hour in sales.by_hour
        ],
    )


_DELETED: Mapping[str, tuple[str, str]] = {
    "event": ("L'événement est supprimé.", "The event is deleted."),
    "speaker": ("L'intervenant est retiré.", "The speaker is removed."),
    "sponsor": ("Le partenaire est retiré.", "The sponsor is removed."),
    "ticket_type": ("Le type de billet est supprimé.", "The ticket type is deleted."),
}


def deleted(what: str, number: int, language: Language) -> Deleted:
    """Return the answer to a deletion."""
    french, english = _DELETED[what]
    return Deleted(id=number, deleted=True, message=french if language == "fr" else english)
