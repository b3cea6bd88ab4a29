"""The bodies of requests, and the edits that they ask for."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from guichet.contracts.money import CURRENCY_DEFAULT, Amount
from guichet.contracts.percent_field import Percent
from guichet.contracts.times import TIME_ZONE_DEFAULT
from guichet.events.domain.editing import LINE_UP_MAX, TICKET_TYPES_MAX
from guichet.events.domain.records import (
    PER_ACCOUNT_DEFAULT,
    PER_ORDER_DEFAULT,
    EventEdit,
    Speaker,
    Sponsor,
    TicketTypeEdit,
)
from guichet.events.domain.states import Status
from guichet.events.http_api.fields import (
    ID_MAX,
    Capacity,
    Category,
    Clock,
    Currency,
    Line,
    Lower,
    Moment,
    PerAccount,
    PerOrder,
    Place,
    Prose,
    Refused,
    ShortProse,
    Title,
    WebAddress,
    Zone,
)
from guichet.events.http_api.terms import FeeBody, RefundRulesBody

Tier = Annotated[Literal["platinum", "gold", "silver", "bronze"], Lower]
Weight = Annotated[Literal["main", "regular"], Lower]

_RENAMED = {"date": "starts_at", "end_date": "ends_at", "image": "image_url"}
_COLUMNS = (
    "title",
    "description",
    "date",
    "end_date",
    "time_zone",
    "location",
    "venue",
    "city",
    "category",
    "currency",
    "sale_opens_at",
    "sale_closes_at",
    "per_order_max",
    "per_account_max",
    "image",
    "cancel_reason",
)
_CLEARED_BY_NULL = {
    "end_date",
    "venue",
    "city",
    "category",
    "sale_opens_at",
    "sale_closes_at",
    "per_account_max",
    "image",
    "cancel_reason",
}


def _names(value: Any) -> Any:
    """Turn "A, B" or ["A", {"name": "B"}] into objects, as the replaced system took them."""
    if isinstance(value, str):
        value = [part for part in value.split(",") if part.strip()]
    if isinstance(value, list):
        return [{"name": item} if isinstance(item, str) else item for item in value]  # pyright: ignore[reportUnknownVariableType] - raw JSON
    return value


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore")


class SpeakerBody(_Body):
    """A speaker; `id` keeps one that the event has already."""

    id: int | None = Field(default=None, ge=1, le=ID_MAX)
    name: Title
    bio: ShortProse = None
    photo_url: WebAddress = None
    company: Line = None
    position: Line = None
    topic: Line = None
    speaking_time: Clock = None

    def speaker(self) -> Speaker:
        """Return the record."""
        return Speaker(speaker_id=self.id or 0, **self.model_dump(exclude={"id"}))


class SponsorBody(_Body):
    """A sponsor; `id` keeps one that the event has already."""

    id: int | None = Field(default=None, ge=1, le=ID_MAX)
    name: Title
    logo_url: WebAddress = None
    website_url: WebAddress = None
    tier: Tier = "bronze"
    type: Weight = "regular"

    def sponsor(self) -> Sponsor:
        """Return the record."""
        return Sponsor(sponsor_id=self.id or 0, **self.model_dump(exclude={"id"}))


_Speakers = Annotated[list[SpeakerBody], Field(max_length=LINE_UP_MAX)]
_Sponsors = Annotated[list[SponsorBody], Field(max_length=LINE_UP_MAX)]


class _Changes(_Body):
    """A partial body: what is left out, or null where nothing can be missing, stays."""

    def values(self, *lasting: str) -> dict[str, Any]:
        """Return what was given, without nulls for the `lasting` fields."""
        given = self.model_dump(exclude_unset=True)
        return {
            name: value for name, value in given.items() if value is not None or name not in lasting
        }


class SpeakerChanges(_Changes):
    """What is to change of a speaker."""

    name: Title | None = None
    bio: ShortProse = None
    photo_url: WebAddress = None
    company: Line = None
    position: Line = None
    topic: Line = None
    speaking_time: Clock = None


class SponsorChanges(_Changes):
    """What is to change of a sponsor."""

    name: Title | None = None
    logo_url: WebAddress = None
    website_url: WebAddress = None
    tier: Tier | None = None
    type: Weight | None = None


class TicketTypeBody(_Changes):
    """A ticket type: its name, price and capacity are needed when it is new.

    Sale times and limits that are missing are those of the event.
    """

    id: int | None = Field(default=None, ge=1, le=ID_MAX)
    name: Title | None = None
    price: Amount | None = None
    capacity: Capacity | None = None
    sale_opens_at: Moment | None = None
    sale_closes_at: Moment | None = None
    per_order_max: PerOrder | None = None
    per_account_max: PerAccount | None = None
    is_hidden: bool | None = None
    vat_rate: Percent | None = None

    def edit(self, ticket_type_id: int | None = None) -> TicketTypeEdit:
        """Return what is asked; an id in the path outdoes one in the body."""
        values = self.model_dump(exclude_unset=True, exclude={"id", "price", "vat_rate"})
        values = {
            name: value
            for name, value in values.items()
            if value is not None or name not in {"name", "capacity", "is_hidden"}
        }
        if self.price is not None:
            values["price_minor"] = self.price
        if self.vat_rate is not None:
            values["vat_basis_points"] = self.vat_rate
        return TicketTypeEdit(ticket_type_id=ticket_type_id or self.id, values=values)


class _EventBody(_Body):
    """The fields of an event that a client may send."""

    description: Prose | None = None
    end_date: Moment | None = None
    venue: Line = None
    city: Line = None
    category: Category = None
    max_tickets: Capacity | None = None
    price: Amount | None = None
    vat_rate: Percent | None = None
    ticket_types: list[TicketTypeBody] | None = Field(default=None, max_length=TICKET_TYPES_MAX)
    speakers: Annotated[_Speakers | None, BeforeValidator(_names)] = None
    sponsors: Annotated[_Sponsors | None, BeforeValidator(_names)] = None
    image: WebAddress = None
    sale_opens_at: Moment | None = None
    sale_closes_at: Moment | None = None
    fee: FeeBody | None = None
    refund_rules: RefundRulesBody | None = None
    creator_id: Refused = None
    available_tickets: Refused = None
    sold: Refused = None

    @model_validator(mode="before")
    @classmethod
    def _ignore_own_image(cls, given: Any) -> Any:
        """Take the address of the uploaded picture, sent back as it was read, for no change."""
        if isinstance(given, dict):
            body: dict[str, Any] = dict(given)  # pyright: ignore[reportUnknownArgumentType] - raw JSON
            image = body.get("image")
            if isinstance(image, str) and image.startswith("/api/v1/events/"):
                del body["image"]
            return body
        return given

    def _edit(self, status: Status | None, version: int | None) -> EventEdit:
        given = self.model_fields_set | self._always()
        values: dict[str, Any] = {}
        for name in _COLUMNS:
            value = getattr(self, name, None)
            if name in given and (value is not None or name in _CLEARED_BY_NULL):
                values[_RENAMED.get(name, name)] = value
        types, speakers, sponsors = self.ticket_types, self.speakers, self.sponsors
        return EventEdit(
            values=values,
            status=status,
            capacity=self.max_tickets,
            price_minor=self.price,
            vat_basis_points=self.vat_rate,
            fee=self.fee.changes() if self.fee else {},
            refund_rules=self.refund_rules.changes() if self.refund_rules else {},
            ticket_types=None if types is None else tuple(item.edit() for item in types),
            speakers=None if speakers is None else tuple(item.speaker() for item in speakers),
            sponsors=None if sponsors is None else tuple(item.sponsor() for item in sponsors),
            version=version,
        )

    def _always(self) -> set[str]:
        return set()


class NewEvent(_EventBody):
    """A new event.

    `max_tickets`, `price` and `vat_rate` make its one ticket type "Standard"; `ticket_types` makes
    several.
    `speakers` and `sponsors` may also be a text of names separated by commas.
    """

    title: Title
    date: Moment
    location: Place
    time_zone: Zone = TIME_ZONE_DEFAULT
    currency: Currency = CURRENCY_DEFAULT
    per_order_max: PerOrder = PER_ORDER_DEFAULT
    per_account_max: PerAccount | None = PER_ACCOUNT_DEFAULT
    status: Annotated[Literal["draft", "published"], Lower] = "draft"

    def edit(self) -> EventEdit:
        """Return what is asked."""
        return self._edit(Status(self.status), None)

    def _always(self) -> set[str]:
        return {"time_zone", "currency", "per_order_max", "per_account_max"}


class EventChanges(_EventBody):
    """What is to change of an event; PUT and PATCH mean the same, and what is left out stays.

    `version` refuses the change where another came first, of the line-up or the picture too.
    """

    title: Title | None = None
    date: Moment | None = None
    location: Place | None = None
    time_zone: Zone | None = None
    currency: Currency | None = None
    per_order_max: PerOrder | None = None
    per_account_max: PerAccount | None = None
    status: Annotated[Status, Lower] | None = None
    cancel_reason: ShortProse = None
    version: int | None = Field(default=None, ge=1, le=ID_MAX)

    def edit(self) -> EventEdit:
        """Return what is asked."""
        return self._edit(self.status, self.version)
