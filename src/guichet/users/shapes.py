"""Request and response bodies of users."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
    StrictBool,
    WithJsonSchema,
)

from guichet.contracts.money import amount_of
from guichet.kernel.clock import now
from guichet.kernel.validation import Line, Lines, Refused, one_line
from guichet.users.domain import (
    BIRTH_YEAR_MIN,
    PREFERENCES_DEFAULT,
    Profile,
    Purchase,
    PurchasedTicket,
    PurchaseState,
    TicketState,
    View,
)
from guichet.users.phones import normalised


def _none_if_blank(value: Any) -> Any:
    """Forms of old clients send an empty text where they mean nothing."""
    return None if isinstance(value, str) and not value.strip() else value


def _phone(value: str) -> str:
    try:
        return normalised(value)
    except ValueError:
        raise Refused(
            fr="Ce numéro de téléphone est invalide. Exemple : 06 12 34 56 78 ou +41 79 123 45 67.",
            en="This phone number is invalid. Example: 06 12 34 56 78 or +41 79 123 45 67.",
        ) from None


def _written(value: Any) -> Any:
    """Refuse numbers, which would be taken for seconds since 1970."""
    if isinstance(value, int | float):
        raise Refused(fr="Une date est attendue.", en="A date is expected.")
    return value


def _past(value: date) -> date:
    if value.year < BIRTH_YEAR_MIN or value >= now().date():
        raise Refused(
            fr=f"La date doit être passée, et postérieure à {BIRTH_YEAR_MIN}.",
            en=f"The date must be past, and after {BIRTH_YEAR_MIN}.",
        )
    return value


def _web_address(value: str) -> str:
    if not value.startswith(("https://", "http://", "/api/v1/users/")):
        raise Refused(
            fr="Une adresse commençant par https:// est attendue.",
            en="An address that begins with https:// is expected.",
        )
    return value


def _default(preference: str) -> bool:
    return bool(PREFERENCES_DEFAULT[preference])


Blank = BeforeValidator(_none_if_blank)
Phone = Annotated[str, Field(max_length=40), AfterValidator(_phone)]
Birth = Annotated[date, BeforeValidator(_written), AfterValidator(_past)]
WebAddress = Annotated[Line, Field(max_length=500), AfterValidator(_web_address)]
Gender = Literal["female", "male", "other", "prefer_not_to_say"]


def _or_blank(**shape: object) -> WithJsonSchema:
    """Document this shape, or an empty text, or null."""
    return WithJsonSchema(
        {"anyOf": [shape, {"type": "string", "pattern": r"^\s*$"}, {"type": "null"}]}
    )


class Preferences(BaseModel):
    """What somebody chose; a key that is left out stays as it is, unknown ones are ignored."""

    sms: StrictBool = Field(_default("sms"), description="Text messages beside e-mails.")
    reminders: StrictBool = Field(_default("reminders"), description="A reminder the day before.")
    newsletter: StrictBool = Field(_default("newsletter"), description="News of what is on.")


class ProfileChanges(BaseModel):
    """What may be changed; a field that is left out stays as it is, null empties it."""

    model_config = ConfigDict(extra="ignore")

    name: Annotated[Line, Field(min_length=1, max_length=120)] = ""
    email: Annotated[EmailStr, Field(max_length=254), AfterValidator(one_line)] = ""
    phone_number: Annotated[Phone | None, Blank] = None
    address: Annotated[Annotated[Lines, Field(max_length=300)] | None, Blank] = None
    city: Annotated[Annotated[Line, Field(max_length=120)] | None, Blank] = None
    country: Annotated[Annotated[Line, Field(max_length=120)] | None, Blank] = None
    profile_picture: Annotated[WebAddress | None, Blank] = None
    bio: Annotated[Annotated[Lines, Field(max_length=2000)] | None, Blank] = None
    date_of_birth: Annotated[Birth | None, Blank, _or_blank(type="string", format="date")] = None
    gender: Annotated[Gender | None, Blank, _or_blank(type="string", enum=get_args(Gender))] = None
    language: Literal["fr", "en"] = "fr"
    preferences: Preferences = Preferences.model_construct()
    role: str | None = Field(None, description="Refused unless it is the present one.")
    is_active: bool | None = Field(None, description="Refused unless it is the present value.")

    def asked(self) -> dict[str, object]:
        """Return the fields that were sent, preferences by their keys."""
        return self.model_dump(exclude_unset=True)


class ProfileAnswer(BaseModel):
    """A profile as its owner and administrators see it.

    `pending_email` was asked for and waits for its owner to confirm it by the link in the mail.
    """

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    email: str
    pending_email: str | None
    phone_number: str | None
    address: str | None
    city: str | None
    country: str | None
    profile_picture: str | None
    bio: str | None
    date_of_birth: date | None
    gender: str | None
    language: str
    preferences: Preferences
    role: str
    is_active: bool
    last_activity: datetime | None
    created_at: datetime
    updated_at: datetime


class BasicProfile(BaseModel):
    """A profile as organisers and operators see it."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    profile_picture: str | None
    bio: str | None


def shown(profile: Profile, view: View) -> ProfileAnswer | BasicProfile:
    """Return as much of the profile as the view allows."""
    if view is View.FULL:
        return full(profile)
    return BasicProfile.model_validate(profile)


def full(profile: Profile) -> ProfileAnswer:
    """Return the whole profile."""
    return ProfileAnswer.model_validate(profile)


class TicketAnswer(BaseModel):
    """A ticket in the history."""

    id: int
    ticket_number: str
    ticket_type: str
    price: str
    currency: str
    status: TicketState
    used_at: datetime | None
    cancelled_at: datetime | None


class PurchasedEventAnswer(BaseModel):
    """The event of a purchase, as it is announced now."""

    id: int
    title: str
    date: datetime
    end_date: datetime | None
    time_zone: str
    location: str
    status: str


class PurchaseAnswer(BaseModel):
    """An order in the history; `refunded` is what was given back so far."""

    order_code: str
    status: PurchaseState
    purchase_date: datetime
    total: str
    refunded: str
    currency: str
    event: PurchasedEventAnswer
    tickets: list[TicketAnswer]


def purchase_answer(purchase: Purchase) -> PurchaseAnswer:
    """Return a purchase as clients see it."""
    event = purchase.event
    return PurchaseAnswer(
        order_code=purchase.order_code,
        status=purchase.state,
        purchase_date=purchase.confirmed_at,
        total=amount_of(purchase.total_minor),
        refunded=amount_of(purchase.refunded_minor),
        currency=purchase.currency,
        event=PurchasedEventAnswer(
            id=event.event_id,
            title=event.title,
            date=event.starts_at,
            end_date=event.ends_at,
            time_zone=event.time_zone,
            location=event.location,
            status=event.status,
        ),
        tickets=[_ticket_answer(ticket, purchase.currency) for ticket in purchase.tickets],
    )


def _ticket_answer(ticket: PurchasedTicket, currency: str) -> TicketAnswer:
    return TicketAnswer(
        id=ticket.ticket_id,
        ticket_number=ticket.ticket_number,
        ticket_type=ticket.ticket_type,
        price=amount_of(ticket.price_minor),
        currency=currency,
        status=ticket.state,
        used_at=ticket.used_at,
        cancelled_at=ticket.cancelled_at,
    )


class Deleted(BaseModel):
    """An account that is gone."""

    id: int
    deleted: bool
    message: str


class Export(BaseModel):
    """All that is held of a person, by the service that holds it."""

    account_id: int
    exported_at: datetime
    auth: dict[str, Any]
    users: dict[str, Any]
    events: dict[str, Any]
    tickets: dict[str, Any]
    notifications: dict[str, Any]
