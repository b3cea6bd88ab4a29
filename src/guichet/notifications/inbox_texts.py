"""The sentences of the inbox, made when they are read: in the reader's language of the moment."""

from typing import Any, Final

from guichet.kernel.problems import Language
from guichet.notifications.domain import TemplateKey, clean_line
from guichet.notifications.rendering import money, when

TITLE_CHARACTERS_MAX: Final = 200
BODY_CHARACTERS_MAX: Final = 600

_K = TemplateKey
_SENTENCES: Final[dict[TemplateKey, dict[Language, tuple[str, str]]]] = {
    _K.WELCOME: {
        "fr": ("Bienvenue chez Guichet", "Votre compte est ouvert."),
        "en": ("Welcome to Guichet", "Your account is open."),
    },
    _K.ORDER_CONFIRMED: {
        "fr": ("Vos billets pour {title}", "Commande {order_code}, {when}."),
        "en": ("Your tickets for {title}", "Order {order_code}, {when}."),
    },
    _K.ORDER_FAILED: {
        "fr": ("Paiement non abouti : {title}", "Commande {order_code} : aucun billet émis."),
        "en": ("Payment not successful: {title}", "Order {order_code}: no ticket was issued."),
    },
    _K.TICKET_CANCELLED: {
        "fr": ("Billets annulés : {title}", "Commande {order_code} : {refund} remboursés."),
        "en": ("Tickets cancelled: {title}", "Order {order_code}: {refund} refunded."),
    },
    _K.REFUND_GRANTED: {
        "fr": ("Geste commercial : {title}", "Commande {order_code} : {refund} remboursés."),
        "en": ("Goodwill refund: {title}", "Order {order_code}: {refund} refunded."),
    },
    _K.REFUND_FAILED: {
        "fr": (
            "Remboursement non abouti : {title}",
            "Commande {order_code} : {refund} nous sont revenus. Nous nous en occupons.",
        ),
        "en": (
            "Refund not received: {title}",
            "Order {order_code}: {refund} came back to us. We are taking care of it.",
        ),
    },
    _K.EVENT_RESCHEDULED: {
        "fr": ("Nouvelle date : {title}", "{when}. Vos billets restent valables."),
        "en": ("New date: {title}", "{when}. Your tickets stay valid."),
    },
    _K.EVENT_CANCELLED: {
        "fr": ("Annulé : {title}", "Commande {order_code} : {refund} remboursés."),
        "en": ("Cancelled: {title}", "Order {order_code}: {refund} refunded."),
    },
    _K.HOLDER_MESSAGE: {
        "fr": ("Message de l’organisateur : {title}", "{topic}"),
        "en": ("Message from the organiser: {title}", "{topic}"),
    },
    _K.REMINDER: {
        "fr": ("C’est demain : {title}", "{when}."),
        "en": ("Tomorrow: {title}", "{when}."),
    },
}


def sentence(kind: str, details: dict[str, Any], language: Language) -> tuple[str, str]:
    """Return title and body of a line; plain text, to be escaped like any other."""
    title, body = _SENTENCES[TemplateKey(kind)][language]
    event: dict[str, Any] = details.get("event", {})
    values = {
        "title": event.get("title", ""),
        "order_code": details.get("order_code", ""),
        "topic": details.get("topic", ""),
        "when": when(language, event["starts_at"], event["time_zone"]) if event else "",
        "refund": money(language, details.get("refund_minor", 0), details.get("currency", "EUR")),
    }
    return (
        clean_line(title.format_map(values), TITLE_CHARACTERS_MAX),
        clean_line(body.format_map(values), BODY_CHARACTERS_MAX),
    )
