"""The rules of profiles and purchase histories: who sees what, what may change, what a state is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import cast

from guichet.kernel.problems import Conflict, Forbidden, Language, Malformed, NotFound

ACTIVITY_NOTED_EVERY = timedelta(minutes=5)
"""How often at most a profile is written only because its owner was here."""

BIRTH_YEAR_MIN = 1900

PREFERENCES_DEFAULT: Mapping[str, object] = {"sms": False, "reminders": True, "newsletter": False}

CHANGEABLE = frozenset(
    {
        "name",
        "phone_number",
        "address",
        "city",
        "country",
        "profile_picture",
        "bio",
        "date_of_birth",
        "gender",
        "language",
        "preferences",
    }
)
"""What a profile's owner, or an administrator, changes here; the e-mail has its own way."""


class ProfileNotFound(NotFound):
    """There is no profile of that person, or not any more."""

    code = "profile_not_found"
    fr = "Cette personne est introuvable."
    en = "This person cannot be found."


class NoPicture(NotFound):
    """This person has uploaded no picture."""

    code = "no_picture"
    fr = "Cette personne n'a pas de photo de profil."
    en = "This person has no profile picture."


class LastAdministrator(Conflict):
    """The last administrator cannot be deleted."""

    code = "last_administrator"
    fr = "C'est le dernier compte administrateur : il ne peut pas être supprimé."
    en = "This is the last administrator account: it cannot be deleted."


class NotChangedHere(Malformed):
    """Role and activity of an account are changed in auth alone; `fields` names those asked for."""

    code = "not_changed_here"
    fr = (
        "Le rôle et l'état d'un compte ne se changent pas ici, "
        "mais par un administrateur avec PATCH /api/v1/auth/accounts/{account_id}."
    )
    en = (
        "The role and state of an account are not changed here, "
        "but by an administrator with PATCH /api/v1/auth/accounts/{account_id}."
    )

    def __init__(self, *, account_id: int, fields: Sequence[str]) -> None:
        super().__init__(account_id=account_id)
        self._fields = fields

    def body(self, language: Language) -> dict[str, object]:
        """Return the members of the answer, the sentence repeated at each field."""
        sentence = self.sentence(language)
        return {**super().body(language), "errors": {name: [sentence] for name in self._fields}}


class View(StrEnum):
    """How much of a profile somebody sees."""

    FULL = "full"
    BASIC = "basic"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, as far as these rules need it."""

    account_id: int
    reads_all: bool
    reads_basic: bool

    def view_of(self, account_id: int) -> View:
        """Return how much of that profile this reader sees; `Forbidden` where nothing."""
        if self.reads_all or self.account_id == account_id:
            return View.FULL
        return self.view_of_all()

    def view_of_all(self) -> View:
        """Return how much of everybody's profile this reader sees; `Forbidden` where nothing."""
        if self.reads_all:
            return View.FULL
        if self.reads_basic:
            return View.BASIC
        raise Forbidden

    def check_changes(self, account_id: int) -> None:
        """Raise `Forbidden` unless the profile is the reader's own, or all are theirs."""
        if not (self.reads_all or self.account_id == account_id):
            raise Forbidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A person, as this service knows them; `role` and `is_active` are decided in auth.

    `pending_email` was asked for and waits for its owner to confirm it.
    """

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
    preferences: Mapping[str, object]
    role: str
    is_active: bool
    last_activity: datetime | None
    created_at: datetime
    updated_at: datetime

    def activity_is_stale(self, moment: datetime) -> bool:
        """Return whether it is time to note again that the owner was here."""
        return self.last_activity is None or moment - self.last_activity > ACTIVITY_NOTED_EVERY


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A profile picture as it is kept."""

    content: bytes
    content_type: str
    sha256: str


def all_preferences(chosen: Mapping[str, object]) -> dict[str, object]:
    """Return every preference: as chosen, or as it counts while nothing was chosen."""
    return {**PREFERENCES_DEFAULT, **chosen}


def changes_to(profile: Profile, asked: Mapping[str, object]) -> dict[str, object]:
    """Return what would differ from the profile as it is; preferences are merged key by key."""
    wanted = {name: value for name, value in asked.items() if name in CHANGEABLE}
    given = wanted.pop("preferences", None)
    if isinstance(given, Mapping):
        merged = {**profile.preferences, **cast(Mapping[str, object], given)}
        if all_preferences(merged) != all_preferences(profile.preferences):
            wanted["preferences"] = merged
    return {name: value for name, value in wanted.items() if getattr(profile, name) != value}


def new_email(profile: Profile, asked: str | None) -> str | None:
    """Return the address to be confirmed, None where the profile's own was given.

    Letters count alike in both cases, since no provider in use tells them apart and old clients
    send an address as its owner typed it.
    """
    if asked is None or asked.casefold() == profile.email.casefold():
        return None
    return asked


def check_account_state(profile: Profile, *, role: str | None, is_active: bool | None) -> None:
    """Raise `NotChangedHere` where a body names another role or state than the account's own.

    The present values pass, so that what a GET answered can be sent back whole.
    """
    asked: dict[str, object] = {"role": role, "is_active": is_active}
    refused = [
        name
        for name, value in asked.items()
        if value is not None and value != getattr(profile, name)
    ]
    if refused:
        raise NotChangedHere(account_id=profile.id, fields=refused)


class TicketState(StrEnum):
    """What became of a ticket."""

    CONFIRMED = "confirmed"
    USED = "used"
    CANCELLED = "cancelled"


class PurchaseState(StrEnum):
    """What became of an order as a whole."""

    CONFIRMED = "confirmed"
    PARTLY_CANCELLED = "partly_cancelled"
    CANCELLED = "cancelled"


def standing_use(used_at: datetime | None, undone_used_at: datetime | None) -> datetime | None:
    """Return when a ticket was used, None where the latest use was taken back."""
    if used_at is None or (undone_used_at is not None and used_at <= undone_used_at):
        return None
    return used_at


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchasedTicket:
    """A ticket in somebody's history."""

    ticket_id: int
    ticket_number: str
    ticket_type: str
    price_minor: int
    refund_minor: int
    used_at: datetime | None
    cancelled_at: datetime | None

    @property
    def state(self) -> TicketState:
        """What became of it; a cancellation counts more than an admission, whichever came first."""
        if self.cancelled_at is not None:
            return TicketState.CANCELLED
        return TicketState.CONFIRMED if self.used_at is None else TicketState.USED


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchasedEvent:
    """The event of a purchase as it is announced now; instants in UTC."""

    event_id: int
    title: str
    starts_at: datetime
    ends_at: datetime | None
    time_zone: str
    location: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """An order in somebody's history."""

    order_code: str
    confirmed_at: datetime
    currency: str
    total_minor: int
    event: PurchasedEvent
    tickets: tuple[PurchasedTicket, ...]

    @property
    def refunded_minor(self) -> int:
        """What was given back so far."""
        return sum(ticket.refund_minor for ticket in self.tickets)

    @property
    def state(self) -> PurchaseState:
        """What became of the order as a whole."""
        cancelled = [ticket.state is TicketState.CANCELLED for ticket in self.tickets]
        if cancelled and all(cancelled):
            return PurchaseState.CANCELLED
        return PurchaseState.PARTLY_CANCELLED if any(cancelled) else PurchaseState.CONFIRMED
