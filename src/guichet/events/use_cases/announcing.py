"""Events as messages carry them."""

from dataclasses import asdict
from datetime import datetime

from guichet.contracts.messages.events import (
    EventCancelled,
    EventPublished,
    EventRescheduled,
    EventSnapshot,
    EventUpdated,
    FeeOffer,
    RefundRules,
    TicketTypeOffer,
)
from guichet.events.domain.editing import is_told
from guichet.events.domain.records import Event, TicketType
from guichet.events.domain.states import Status
from guichet.kernel.outbox import Message


def snapshot(event: Event) -> EventSnapshot:
    """Return the event as other services know it, at its version."""
    return EventSnapshot(
        event_id=event.event_id,
        version=event.version,
        title=event.title,
        status=event.status.value,
        creator_id=event.creator_id,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        time_zone=event.time_zone,
        location=event.location,
        venue=event.venue,
        city=event.city,
        currency=event.currency,
        sale_opens_at=event.sale_opens_at,
        sale_closes_at=event.sale_closes_at,
        per_order_max=event.per_order_max,
        per_account_max=event.per_account_max,
        fee=FeeOffer(**asdict(event.fee)),
        refund_rules=RefundRules(**asdict(event.refund_rules)),
        ticket_types=[_offer(kind) for kind in event.ticket_types],
    )


def _offer(kind: TicketType) -> TicketTypeOffer:
    return TicketTypeOffer(
        ticket_type_id=kind.ticket_type_id,
        name=kind.name,
        price_minor=kind.price_minor,
        capacity=kind.capacity,
        sale_opens_at=kind.sale_opens_at,
        sale_closes_at=kind.sale_closes_at,
        per_order_max=kind.per_order_max,
        per_account_max=kind.per_account_max,
        is_hidden=kind.is_hidden,
        vat_basis_points=kind.vat_basis_points,
    )


def message_of(before: Event, after: Event, moment: datetime) -> Message | None:
    """Return what is to be told of a change, None where it concerns nobody else."""
    if not is_told(before, after):
        return None
    event = snapshot(after)
    if before.status is not after.status:
        if after.status is Status.CANCELLED:
            return EventCancelled(event=event, reason=after.cancel_reason, occurred_at=moment)
        if after.status is Status.PUBLISHED:
            return EventPublished(event=event, occurred_at=moment)
    elif after.status is Status.PUBLISHED and before.starts_at != after.starts_at:
        return EventRescheduled(
            event=event, previous_starts_at=before.starts_at, occurred_at=moment
        )
    return EventUpdated(event=event, occurred_at=moment)
