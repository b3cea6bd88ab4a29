"""The rules of telling people things: kinds of notifications, states of a delivery, when to retry.

Standard library only.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from guichet.contracts.times import zone_of
from guichet.kernel.problems import Conflict, Language, Malformed, NotFound

ATTEMPTS_MAX = 8
"""First attempt and seven retries, after 1, 2, 4 … 64 minutes: two hours in all."""

RETRY_MINUTES_FIRST = 1
JITTER_SHARE_MAX = 0.1
POSTPONE_SECONDS = 15.0
"""Wait when something that is not the mail's own fault was in the way (a service not there)."""

LEASE_SECONDS = 60.0
SEND_SECONDS_MAX = 40.0
"""Less than a lease, so that nobody sends a delivery that another has taken over."""

SUBJECT_CHARACTERS_MAX = 200
NAME_CHARACTERS_MAX = 80


class Channel(StrEnum):
    """How a delivery reaches a person."""

    EMAIL = "email"
    SMS = "sms"


class Status(StrEnum):
    """What became of a delivery."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"
    ERASED = "erased"


class Outcome(StrEnum):
    """What became of one attempt. `lost`: its process ended before it could say."""

    SENT = "sent"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    LOST = "lost"


class TemplateKey(StrEnum):
    """Everything that people are told."""

    WELCOME = "welcome"
    EMAIL_VERIFICATION = "email_verification"
    PASSWORD_RESET = "password_reset"
    ORDER_CONFIRMED = "order_confirmed"
    ORDER_FAILED = "order_failed"
    TICKET_CANCELLED = "ticket_cancelled"
    REFUND_GRANTED = "refund_granted"
    REFUND_FAILED = "refund_failed"
    EVENT_RESCHEDULED = "event_rescheduled"
    EVENT_CANCELLED = "event_cancelled"
    REMINDER = "reminder"
    ACCESS_LINKS = "access_links"
    HOLDER_MESSAGE = "holder_message"


SMS_KEYS = frozenset(
    {
        TemplateKey.ORDER_CONFIRMED,
        TemplateKey.EVENT_RESCHEDULED,
        TemplateKey.EVENT_CANCELLED,
        TemplateKey.REMINDER,
    }
)
"""What is also told by SMS, to those who asked for it."""

SECRET_FIELDS = frozenset({"link", "links", "access_token"})
"""Members of a delivery's context that open something; nobody but the recipient sees them."""

_INVISIBLE = {"Cc", "Cf", "Zl", "Zp", "Cs"}
_JOINERS = {"\u200c", "\u200d"}
"""Written within words of some languages and within emoji; harmless."""

LANGUAGES: tuple[Language, ...] = ("fr", "en")


class NoSuchDelivery(NotFound):
    """There is no delivery of that number."""

    code = "no_such_delivery"
    fr = "Cet envoi n'existe pas."
    en = "There is no such delivery."


class NoSuchNotice(NotFound):
    """There is no such line in the caller's inbox."""

    code = "no_such_notice"
    fr = "Cette notification n'existe pas."
    en = "There is no such notification."


class NoSuchTemplate(NotFound):
    """There is no template of that key and language."""

    code = "no_such_template"
    fr = "Ce modèle n'existe pas."
    en = "There is no such template."


class DeliveryNotRetryable(Conflict):
    """Only a delivery that was given up can be sent again."""

    code = "delivery_not_retryable"
    fr = "Seul un envoi abandonné peut être relancé ; celui-ci est « {delivery_status} »."
    en = "Only a delivery that was given up can be retried; this one is '{delivery_status}'."


class DeliveryErased(Conflict):
    """Its person deleted their account, and with it what the delivery said."""

    code = "delivery_erased"
    fr = "Le contenu de cet envoi a été effacé avec le compte de la personne."
    en = "What this delivery said was erased with the person's account."


class TemplateChanged(Conflict):
    """Somebody else saved the template since it was read."""

    code = "template_changed"
    fr = "Ce modèle a été modifié entre-temps (version {version}) : relisez-le avant d'enregistrer."
    en = "This template was changed meanwhile (version {version}): read it again before saving."


class TemplateBroken(Malformed):
    """The template cannot be rendered with the sample data; `errors` says which part and why."""

    code = "template_broken"
    fr = "Ce modèle ne peut pas être rendu."
    en = "This template cannot be rendered."


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to be told something: an account, or a guest (`account_id` None)."""

    account_id: int | None
    email: str
    name: str
    language: Language
    phone_number: str | None = None
    wants_sms: bool = False
    wants_reminders: bool = True


def retry_delay(attempt: int, chance: float) -> timedelta:
    """Return the wait after the failed attempt of that number (from 1): 1, 2, 4, 8 … minutes.

    `chance` in [0, 1) lengthens it by up to a tenth, so that what failed together does not come
    back together. Raises ValueError for an attempt below 1.
    """
    if attempt < 1:
        raise ValueError("attempts count from 1")
    minutes = RETRY_MINUTES_FIRST * 2 ** (attempt - 1)
    return timedelta(minutes=minutes * (1 + JITTER_SHARE_MAX * chance))


def status_after_failure(attempts: int) -> Status:
    """Return whether a delivery waits for another attempt or is left for an administrator."""
    return Status.WAITING if attempts < ATTEMPTS_MAX else Status.FAILED


def retried(status: Status) -> Status:
    """Return the state after an administrator's retry; `DeliveryNotRetryable` where none is due."""
    if status is not Status.FAILED:
        raise DeliveryNotRetryable(delivery_status=status.value)
    return Status.WAITING


def reminder_at(starts_at: datetime, time_zone: str, now: datetime) -> datetime | None:
    """Return when to remind of an event: the day before, at the same time on the wall there.

    None where that moment has passed: who buys on the eve, or hears of a new date that close,
    has just been told.
    """
    zone = zone_of(time_zone)
    local = starts_at.astimezone(zone).replace(tzinfo=None) - timedelta(days=1)
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    return moment if moment > now else None


def language_or_default(language: str) -> Language:
    """Return `fr` or `en` for any language tag; French for what is neither."""
    return "en" if language.lower().split("-")[0] == "en" else "fr"


def clean_line(text: str, characters_max: int) -> str:
    """Return the text as one harmless line: no control or direction-changing characters.

    Used for headers and for everything that people typed, so that no name can add a header, a
    paragraph or a reversed word to a mail.
    """
    kept = "".join(
        " "
        if unicodedata.category(character) in _INVISIBLE and character not in _JOINERS
        else character
        for character in text
    )
    return " ".join(kept.split())[:characters_max].rstrip()


def greeting_name(name: str) -> str:
    """Return the name to greet with, empty where it could be taken for a link.

    Anybody can register a stranger's address under a name of their choice; such a name must not
    turn our mail into theirs.
    """
    line = clean_line(name, NAME_CHARACTERS_MAX)
    looks_like_a_link = re.search(r"[/\\@:<>]|\bwww\b|\w\.\w{2,}", line, re.IGNORECASE)
    return "" if looks_like_a_link else line
