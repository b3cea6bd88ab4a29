"""A copy is the same evening at another date, with nothing sold and nothing told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from guichet.events.domain.duplicating import duplicate_of
from guichet.events.domain.records import Event, Speaker, Sponsor, TicketType
from guichet.events.domain.states import Status

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2027, 1, 1, tzinfo=UTC)
START = datetime(2027, 2, 6, 20, 30, tzinfo=PARIS).astimezone(UTC)
EVENT = Event(
    event_id=7,
    version=12,
    title="Nuit blanche",
    status=Status.CANCELLED,
    creator_id=3,
    starts_at=START,
    ends_at=START + timedelta(hours=3),
    time_zone="Europe/Paris",
    location="Lyon",
    currency="EUR",
    sale_opens_at=datetime(2027, 1, 6, 10, 0, tzinfo=PARIS).astimezone(UTC),
    image_hash="abc",
    cancel_reason="Grève",
    published_at=NOW,
    created_at=NOW - timedelta(days=9),
    updated_at=NOW - timedelta(days=8),
    ticket_types=(
        TicketType(
            ticket_type_id=9,
            name="Fosse",
            price_minor=4200,
            capacity=50,
            sale_closes_at=datetime(2027, 2, 6, 18, 0, tzinfo=PARIS).astimezone(UTC),
            sold=12,
            held=3,
        ),
    ),
    speakers=(Speaker(speaker_id=4, name="Ada"),),
    sponsors=(Sponsor(sponsor_id=5, name="Encre"),),
)


def test_a_copy_begins_anew() -> None:
    copy = duplicate_of(EVENT, NOW)
    assert (copy.event_id, copy.version, copy.status) == (0, 0, Status.DRAFT)
    assert (copy.published_at, copy.cancel_reason, copy.image_hash) == (None, None, None)
    assert (copy.created_at, copy.updated_at) == (NOW, NOW)
    (kind,) = copy.ticket_types
    assert (kind.ticket_type_id, kind.sold, kind.held) == (0, 0, 0)
    assert (copy.speakers[0].speaker_id, copy.sponsors[0].sponsor_id) == (0, 0)


def test_all_else_stays() -> None:
    copy = duplicate_of(EVENT, NOW)
    assert (copy.creator_id, copy.title, copy.location) == (3, "Nuit blanche", "Lyon")
    assert (copy.starts_at, copy.ends_at) == (EVENT.starts_at, EVENT.ends_at)
    assert copy.sale_opens_at == EVENT.sale_opens_at
    assert (copy.speakers[0].name, copy.sponsors[0].name) == ("Ada", "Encre")
    kind = replace(copy.ticket_types[0], ticket_type_id=9, sold=12, held=3)
    assert kind == EVENT.ticket_types[0]


def test_every_time_moves_along_and_keeps_its_hour() -> None:
    """From winter into summer: the clocks change in between."""
    copy = duplicate_of(EVENT, NOW, starts_at=datetime(2027, 6, 12, 20, 30), title="Encore")  # noqa: DTZ001 - by the event's clock
    assert copy.title == "Encore"
    assert copy.starts_at == datetime(2027, 6, 12, 20, 30, tzinfo=PARIS)
    assert copy.ends_at == copy.starts_at + timedelta(hours=3)
    assert copy.sale_opens_at == datetime(2027, 5, 12, 10, 0, tzinfo=PARIS)
    assert copy.ticket_types[0].sale_closes_at == datetime(2027, 6, 12, 18, 0, tzinfo=PARIS)


def test_an_instant_with_an_offset_is_that_instant() -> None:
    at = datetime(2027, 6, 12, 18, 0, tzinfo=UTC)
    assert duplicate_of(EVENT, NOW, starts_at=at).starts_at == at
