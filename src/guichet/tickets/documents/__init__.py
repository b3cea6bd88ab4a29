"""Tickets to hold in the hand: the QR code, and the PDF of an order."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import segno
import typst
from babel.numbers import format_currency

from guichet.kernel.dates import spoken
from guichet.tickets.codes import order_code, scan_code, ticket_number
from guichet.tickets.documents.typesetting import typesetter
from guichet.tickets.domain import Ticket
from guichet.tickets.views import EventCard

_TEMPLATE = Path(__file__).parent / "ticket.typ"
_QR_QUIET_ZONE_MODULES = 4
"""ISO/IEC 18004 asks for four light modules around the code; scanners rely on them."""

_LABELS = {
    "fr": {
        "when": "Date",
        "place": "Lieu",
        "type": "Billet",
        "price": "Prix",
        "holder": "Acheteur",
        "order": "Commande",
        "qr": "Code QR du billet",
        "advice": "Présentez ce code à l'entrée, sur papier ou sur écran. Il admet une personne, "
        "une seule fois : ne le partagez pas.",
        "free": "Gratuit",
        "title": "Billets",
    },
    "en": {
        "when": "Date",
        "place": "Venue",
        "type": "Ticket",
        "price": "Price",
        "holder": "Buyer",
        "order": "Order",
        "qr": "QR code of ticket",
        "advice": "Show this code at the entrance, on paper or on screen. It admits one person, "
        "once: do not share it.",
        "free": "Free",
        "title": "Tickets",
    },
}


@dataclass(frozen=True, slots=True)
class TicketToPrint:
    """A ticket with what is printed beside it."""

    ticket: Ticket
    card: EventCard
    holder_name: str


def qr_svg(ticket: Ticket) -> str:
    """Return a ticket's QR code as an SVG document, quiet zone included."""
    code = segno.make(scan_code(ticket.ticket_id, ticket.secret), error="m", micro=False)
    target = io.BytesIO()
    code.save(target, kind="svg", border=_QR_QUIET_ZONE_MODULES, light="#ffffff", scale=4)
    return target.getvalue().decode()


async def tickets_pdf(tickets: Sequence[TicketToPrint], language: str) -> bytes:
    """Return a tagged PDF with one page a ticket."""
    return await typesetter.run(_typeset, tickets, language)


def _typeset(tickets: Sequence[TicketToPrint], language: str) -> bytes:
    labels = _LABELS["en" if language == "en" else "fr"]
    data: dict[str, Any] = {
        "language": "en" if language == "en" else "fr",
        "title": f"{labels['title']} {order_code(tickets[0].ticket.order_id)}",
        "labels": labels,
        "tickets": [_ticket_data(item, language, labels["free"]) for item in tickets],
    }
    pdf = _compiler().compile(format="pdf", sys_inputs={"data": json.dumps(data)})
    return cast(bytes, pdf)


@cache
def _compiler() -> typst.Compiler:
    """Return the one compiler: it keeps fonts and template, which cost more than a ticket does."""
    return typst.Compiler(str(_TEMPLATE))


def _ticket_data(item: TicketToPrint, language: str, free: str) -> dict[str, str]:
    ticket, card = item.ticket, item.card
    locale = "en_GB" if language == "en" else "fr_FR"
    price = free
    if ticket.price_minor:
        amount = Decimal(ticket.price_minor) / 100
        price = format_currency(amount, card.currency, locale=locale)
    return {
        "event_title": card.title,
        "when": _when(card.starts_at, card.time_zone, locale),
        "location": card.location,
        "ticket_type": card.type_names.get(ticket.ticket_type_id, ""),
        "price": price,
        "holder": item.holder_name,
        "number": ticket_number(ticket.ticket_id),
        "order_code": order_code(ticket.order_id),
        "qr_svg": qr_svg(ticket),
    }


def _when(starts_at: datetime, time_zone: str, locale: str) -> str:
    pattern = "EEEE d MMMM y, HH:mm" if locale == "en_GB" else "EEEE d MMMM y 'à' HH'h'mm"
    zone = ZoneInfo(time_zone)
    local = spoken(starts_at, pattern, zone, locale)
    return f"{local[0].upper()}{local[1:]} ({time_zone})"
