"""A draft made after another event: the same evening again, at another date."""

from dataclasses import replace
from datetime import UTC, datetime

from guichet.contracts.times import zone_of
from guichet.events.domain.moments import instant
from guichet.events.domain.records import Event, TicketType
from guichet.events.domain.states import Status


def duplicate_of(
    event: Event, moment: datetime, *, starts_at: datetime | None = None, title: str | None = None
) -> Event:
    """Return a draft like the event, of the same creator, with nothing sold.

    `starts_at` (naive: by the event's clock) moves it; its end and its times of sale move with it
    and keep their hour on the wall.
    """
    begins_at = instant(starts_at, event.time_zone) or event.starts_at

    def moved(one: datetime | None) -> datetime | None:
        return _moved(one, event.starts_at, begins_at, event.time_zone)

    def copied(kind: TicketType) -> TicketType:
        return replace(
            kind,
            ticket_type_id=0,
            sale_opens_at=moved(kind.sale_opens_at),
            sale_closes_at=moved(kind.sale_closes_at),
            sold=0,
            held=0,
        )

    return replace(
        event,
        event_id=0,
        version=0,
        status=Status.DRAFT,
        title=title or event.title,
        starts_at=begins_at,
        ends_at=event.ends_at and begins_at + (event.ends_at - event.starts_at),
        sale_opens_at=moved(event.sale_opens_at),
        sale_closes_at=moved(event.sale_closes_at),
        image_hash=None,
        cancel_reason=None,
        published_at=None,
        created_at=moment,
        updated_at=moment,
        ticket_types=tuple(copied(kind) for kind in event.ticket_types),
        speakers=tuple(replace(each, speaker_id=0) for each in event.speakers),
        sponsors=tuple(replace(each, sponsor_id=0) for each in event.sponsors),
    )


def _moved(
    one: datetime | None, before: datetime, after: datetime, time_zone: str
) -> datetime | None:
    if one is None:
        return None
    zone = zone_of(time_zone)
    walls = [each.astimezone(zone).replace(tzinfo=None) for each in (one, before, after)]
    return (walls[0] + (walls[2] - walls[1])).replace(tzinfo=zone).astimezone(UTC)
