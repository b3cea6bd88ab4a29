"""The records of the service, as they are read, decided upon and stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from guichet.contracts.prices import NO_FEE, FeeTerms, UnitPrice, unit_price
from guichet.events.domain import moments
from guichet.events.domain.problems import EventNotFound
from guichet.events.domain.states import Status
from guichet.events.domain.terms import UNTIL_THE_START, RefundTerms
from guichet.events.domain.words import folded, words_of
from guichet.kernel.problems import Forbidden

PER_ORDER_DEFAULT = 10
PER_ACCOUNT_DEFAULT = 20


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks: nobody in particular (`account_id` None), or an account and what it may do."""

    account_id: int | None = None
    creates_events: bool = False
    manages_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketType:
    """One kind of ticket; `sold` and `held` are what tickets last told. Id 0: not stored yet."""

    ticket_type_id: int = 0
    name: str
    price_minor: int
    capacity: int
    sale_opens_at: datetime | None = None
    sale_closes_at: datetime | None = None
    per_order_max: int | None = None
    per_account_max: int | None = None
    is_hidden: bool = False
    vat_basis_points: int = 0
    sold: int = 0
    held: int = 0

    @property
    def available(self) -> int:
        """How many are left to sell, as far as this service has been told."""
        return max(0, self.capacity - self.sold - self.held)

    def unit_price(self, fee: FeeTerms) -> UnitPrice:
        """Return what one ticket costs under the event's fee."""
        return unit_price(self.price_minor, vat_basis_points=self.vat_basis_points, fee=fee)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Someone on the programme; `speaking_time` is "HH:MM" by the event's clock."""

    speaker_id: int = 0
    name: str
    bio: str | None = None
    photo_url: str | None = None
    company: str | None = None
    position: str | None = None
    topic: str | None = None
    speaking_time: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sponsor:
    """A partner; `tier` is platinum, gold, silver or bronze, `type` is main or regular."""

    sponsor_id: int = 0
    name: str
    logo_url: str | None = None
    website_url: str | None = None
    tier: str = "bronze"
    type: str = "regular"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A concert, a play, a conference. Id and version 0: not stored yet.

    `version` is the one of the last committed change, whether others are told of it or not.
    `image_hash` names the uploaded picture, `image_url` one that lies elsewhere.
    """

    event_id: int = 0
    version: int = 0
    title: str
    description: str = ""
    status: Status = Status.DRAFT
    creator_id: int
    starts_at: datetime
    ends_at: datetime | None = None
    time_zone: str
    location: str
    venue: str | None = None
    city: str | None = None
    category: str | None = None
    currency: str
    sale_opens_at: datetime | None = None
    sale_closes_at: datetime | None = None
    per_order_max: int = PER_ORDER_DEFAULT
    per_account_max: int | None = PER_ACCOUNT_DEFAULT
    fee: FeeTerms = NO_FEE
    refund_rules: RefundTerms = UNTIL_THE_START
    image_url: str | None = None
    image_hash: str | None = None
    cancel_reason: str | None = None
    published_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    ticket_types: tuple[TicketType, ...] = ()
    speakers: tuple[Speaker, ...] = ()
    sponsors: tuple[Sponsor, ...] = ()

    @property
    def over_at(self) -> datetime:
        """When it counts as ended."""
        return moments.over_at(self.starts_at, self.ends_at)

    @property
    def capacity(self) -> int:
        """How many places there are, over all ticket types."""
        return sum(kind.capacity for kind in self.ticket_types)

    @property
    def price_minor(self) -> int:
        """The lowest price that a buyer sees; 0 where there is nothing to sell."""
        shown = [kind.price_minor for kind in self.ticket_types if not kind.is_hidden]
        every = [kind.price_minor for kind in self.ticket_types]
        return min(shown or every, default=0)

    @property
    def words(self) -> list[str]:
        """The words by which it is found."""
        return words_of([self.title, self.description, self.venue, self.city, self.location])

    @property
    def city_key(self) -> str:
        """The city as it is compared: without case and accents."""
        return folded(self.city or "")

    def is_of(self, viewer: Viewer) -> bool:
        """Whether the viewer may change it: its creator while still one, or who manages all."""
        return viewer.manages_all or (
            viewer.creates_events and viewer.account_id == self.creator_id
        )

    def require_sight(self, viewer: Viewer) -> None:
        """Raise `EventNotFound` where the viewer may not know of it."""
        if self.status is Status.DRAFT and not self.is_of(viewer):
            raise EventNotFound

    def require_control(self, viewer: Viewer) -> None:
        """Raise `EventNotFound` or `Forbidden` where the viewer may not change it."""
        self.require_sight(viewer)
        if not self.is_of(viewer):
            raise Forbidden


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTypeEdit:
    """What is asked of a ticket type: `ticket_type_id` None makes a new one.

    `values` are `TicketType` fields by name; moments in it may be naive.
    """

    ticket_type_id: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEdit:
    """What is asked of an event; what is left out stays as it is.

    `values` are `Event` fields by name; moments in it may be naive. `capacity` and `price_minor`
    speak of the one ticket type, `vat_basis_points` too. `fee` and `refund_rules` are fields of
    `FeeTerms` and `RefundTerms` by name. `version` refuses the edit where the event has another
    one.
    """

    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    status: Status | None = None
    capacity: int | None = None
    price_minor: int | None = None
    vat_basis_points: int | None = None
    fee: Mapping[str, Any] = field(default_factory=dict[str, Any])
    refund_rules: Mapping[str, Any] = field(default_factory=dict[str, Any])
    ticket_types: tuple[TicketTypeEdit, ...] | None = None
    speakers: tuple[Speaker, ...] | None = None
    sponsors: tuple[Sponsor, ...] | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events a list shows: of the states named, and drafts of one account besides.

    `sort` is date, price, title or created, with a leading minus for the other way round.
    """

    statuses: frozenset[Status]
    own_drafts_of: int | None = None
    creator_id: int | None = None
    words: tuple[str, ...] = ()
    category: str | None = None
    city_key: str | None = None
    starts_from: datetime | None = None
    starts_until: datetime | None = None
    price_minor_max: int | None = None
    sort: str = "date"


def statuses_shown(viewer: Viewer, asked: Status | None) -> tuple[frozenset[Status], int | None]:
    """Return the states whose events the viewer's list shows, and whose drafts besides."""
    own = viewer.account_id if viewer.creates_events else None
    if viewer.manages_all:
        return (frozenset({asked}) if asked else frozenset(Status)), None
    if asked is None:
        return frozenset({Status.PUBLISHED}), own
    if asked is Status.DRAFT:
        return frozenset(), own
    return frozenset({asked}), None
