"""From what clients send to what the use cases take, with a sentence for each mistake."""

import hashlib
from collections.abc import Mapping, Sequence

from email_validator import EmailNotValidError, validate_email

from guichet.kernel.problems import Malformed, Sentence
from guichet.kernel.tokens import Principal
from guichet.kernel.validation import checked_line
from guichet.tickets import problems
from guichet.tickets.domain import Buyer, Line
from guichet.tickets.http_api.shapes import (
    GuestAsked,
    HoldAsked,
    LineAsked,
    PaymentAsked,
    PurchaseAsked,
    QuoteAsked,
)
from guichet.tickets.payments import BUYER_CHOOSES
from guichet.tickets.published_cards import is_cvv, is_expiry, method_for_card

KEY_LENGTH_MAX = 255
CARD_DIGITS_MAX = 19

EVENT_OR_HOLD = Sentence(
    "Indiquez soit event_id, soit hold_id.", "Give either event_id or hold_id."
)
QUANTITY_OR_ITEMS = Sentence(
    "Indiquez soit quantity, soit items.", "Give either quantity or items."
)
ONE_PAYMENT = Sentence(
    "Indiquez un seul moyen de paiement.", "Give one means of payment, not several."
)
CODE_WITH_THE_HOLD = Sentence(
    "Le code promo s'indique au moment de réserver les places.",
    "The promo code is given when the places are held.",
)
NAME_NEEDED = Sentence("Un nom est attendu.", "A name is expected.")
EMAIL_NEEDED = Sentence(
    "Une adresse e-mail valide est attendue.", "A valid e-mail address is expected."
)
CARD_REFUSED = Sentence("Ce numéro n'est pas accepté ici.", "This number is not accepted here.")
EXPIRY_NEEDED = Sentence(
    "La date de fin est attendue sous la forme MM/AA.", "The expiry date is expected as MM/YY."
)
CVV_NEEDED = Sentence(
    "Trois ou quatre chiffres sont attendus.", "Three or four digits are expected."
)
KEY_LENGTH = Sentence(
    f"Entre 1 et {KEY_LENGTH_MAX} caractères sont attendus.",
    f"Between 1 and {KEY_LENGTH_MAX} characters are expected.",
)

KEY_PRINTABLE = Sentence(
    "Les caractères de contrôle ne sont pas acceptés.", "Control characters are not accepted."
)


def check_one_event_or_hold(asked: PurchaseAsked) -> None:
    """Raise `Malformed` unless exactly one of an event and a hold is to be bought from."""
    if (asked.hold_id is None) == (asked.event_id is None):
        raise Malformed(errors={"event_id": [EVENT_OR_HOLD]})
    if asked.hold_id is not None and asked.promo_code is not None:
        raise Malformed(errors={"promo_code": [CODE_WITH_THE_HOLD]})


def check_quantity_or_items(asked: PurchaseAsked | HoldAsked | QuoteAsked) -> None:
    """Raise `Malformed` unless exactly one of a quantity and lines says how many places."""
    if (asked.items is None) == (asked.quantity is None):
        raise Malformed(errors={"quantity": [QUANTITY_OR_ITEMS]})


def buyer_of(principal: Principal | None, guest: GuestAsked | None) -> Buyer:
    """Return who buys; raises `BuyerUnknown` where nobody is named."""
    buyer = holder_of(principal, guest)
    if not buyer.key:
        raise problems.BuyerUnknown
    return buyer


def holder_of(principal: Principal | None, guest: GuestAsked | None) -> Buyer:
    """Return for whom places are kept, who need not be named yet."""
    if principal is not None:
        return Buyer(principal.account_id, principal.name, principal.email, principal.language)
    if guest is None:
        return Buyer(None, "", "", "fr")
    name = checked_line(" ".join(guest.name.split()), "guest.name")
    if not name:
        raise Malformed(errors={"guest.name": [NAME_NEEDED]})
    try:
        address = validate_email(guest.email, check_deliverability=False).normalized
    except EmailNotValidError:
        raise Malformed(errors={"guest.email": [EMAIL_NEEDED]}) from None
    return Buyer(None, name, checked_line(address, "guest.email"), guest.language)


def lines_of(items: Sequence[LineAsked] | None) -> tuple[Line, ...]:
    """Return the places asked for, none where a quantity says how many."""
    return tuple(Line(item.ticket_type_id, item.quantity) for item in items or ())


def code_of(promo_code: str | None) -> str | None:
    """Return the promo code that was given, None without one; raises `Malformed`."""
    return None if promo_code is None else checked_line(promo_code, "promo_code") or None


def method_of(payment: PaymentAsked | None, *, test_mode: bool) -> str | None:
    """Return the provider's payment method; a test card is turned into one and forgotten.

    Raises `CardNotAccepted`, or `Malformed` for what stands beside the number.
    """
    if payment is None:
        return None
    if payment.client:
        if payment.method is not None or payment.card_number is not None:
            raise Malformed(errors={"payment.client": [ONE_PAYMENT]})
        return BUYER_CHOOSES
    if payment.card_number is None:
        method = payment.method
        return None if method is None else checked_line(method, "payment.method")
    method = method_for_card(_digits(payment.card_number)) if test_mode else None
    if method is None:
        raise problems.CardNotAccepted(errors={"payment.card_number": [CARD_REFUSED]})
    errors: dict[str, list[Sentence]] = {}
    if not is_expiry(payment.expiry or ""):
        errors["payment.expiry"] = [EXPIRY_NEEDED]
    if not is_cvv(_digits(payment.cvv)):
        errors["payment.cvv"] = [CVV_NEEDED]
    if errors:
        raise Malformed(errors=errors)
    return method


def _digits(number: str | int | None) -> str:
    """Return a number as it was typed; nothing of one too long to be a card's."""
    if isinstance(number, int) and abs(number) >= 10**CARD_DIGITS_MAX:
        return ""
    return "" if number is None else str(number)


def key_of(headers: Mapping[str, str]) -> str | None:
    """Return a digest of the request's `Idempotency-Key`, None without one; raises `Malformed`.

    Some of the random keys that clients make up look like card numbers: only the digest is kept.
    """
    key = headers.get("idempotency-key")
    if key is None:
        return None
    if not 0 < len(key) <= KEY_LENGTH_MAX:
        raise Malformed(errors={"Idempotency-Key": [KEY_LENGTH]})
    if not key.isprintable():
        raise Malformed(errors={"Idempotency-Key": [KEY_PRINTABLE]})
    return hashlib.sha256(key.strip().encode()).hexdigest()


def place_of(place: str | None) -> str | None:
    """Return the entrance where a ticket is presented."""
    return None if place is None else checked_line(place, "place") or None
