"""What a page's head says of an event, for link previews and search engines that run no script.

nginx puts it into the web app's page where that holds its place; see the gateway's README.
"""

import json
from collections.abc import Iterable
from html import escape
from typing import Any

from guichet.contracts.times import rfc3339, zone_of
from guichet.events.domain.states import Status
from guichet.events.http_api.answers import EventAnswer, TicketTypeAnswer
from guichet.kernel.clock import now
from guichet.kernel.dates import spoken
from guichet.kernel.problems import Language

BRAND = "Guichet"
SUMMARY_LETTERS_MAX = 200
PICTURE_WIDTH = 1600
LOCALES: dict[Language, str] = {"fr": "fr_FR", "en": "en_GB"}
WHEN: dict[Language, str] = {
    "fr": "EEEE d MMMM y 'à' HH:mm",
    "en": "EEEE d MMMM y, HH:mm",
}
_HOME: dict[Language, str] = {
    "fr": "Concerts, théâtre, festivals et ateliers : des places au prix affiché, "
    "frais et TVA compris.",
    "en": "Concerts, theatre, festivals and workshops: places at the price you see, "
    "fees and VAT included.",
}
_CANCELLED: dict[Language, str] = {"fr": "Annulé", "en": "Cancelled"}
_MISSING: dict[Language, str] = {"fr": "Événement introuvable", "en": "Event not found"}


def home_head(outside_url: str, language: Language) -> str:
    """Return the head of the first page."""
    text = _HOME[language]
    return _joined(
        [
            f"<title>{BRAND}</title>",
            _named("description", text),
            *_card(BRAND, text, f"{outside_url}/", f"{outside_url}/social.jpg", language),
        ]
    )


def missing_head(language: Language) -> str:
    """Return the head of a page without an event: for the reader alone, not to be found."""
    title = f"{_MISSING[language]} · {BRAND}"
    return _joined([f"<title>{escape(title)}</title>", _named("robots", "noindex", " data-head")])


def event_head(event: EventAnswer, outside_url: str, language: Language) -> str:
    """Return the head of an event's page; nothing of it can leave its tag or its script."""
    address = f"{outside_url}/e/{event.id}"
    text = summary(event, language)
    data = unbreakable(json.dumps(structured_data(event, outside_url), ensure_ascii=False))
    return _joined(
        [
            f"<title>{escape(f'{event.title} · {BRAND}')}</title>",
            _named("description", text),
            f'<link rel="canonical" href="{escape(address)}" data-head>',
            *_card(event.title, text, address, picture(event, outside_url), language),
            f'<script type="application/ld+json" data-head>{data}</script>',
        ]
    )


def summary(event: EventAnswer, language: Language) -> str:
    """Return when, where and what in one line of at most 200 letters."""
    parts = [
        _CANCELLED[language] if event.status is Status.CANCELLED else "",
        spoken(event.date, WHEN[language], zone_of(event.time_zone), LOCALES[language]),
        ", ".join(filter(None, (event.venue or event.location, event.city))),
        event.description.partition("\n")[0].strip(),
    ]
    text = " · ".join(filter(None, parts))
    text = text[0].upper() + text[1:]
    if len(text) <= SUMMARY_LETTERS_MAX:
        return text
    return text[: SUMMARY_LETTERS_MAX - 1].rpartition(" ")[0].rstrip(" ,;:·") + "…"


def picture(event: EventAnswer, outside_url: str) -> str:
    """Return the whole address of the event's picture, or of the house's where it has none."""
    if event.image is None:
        return f"{outside_url}/social.jpg"
    if event.image.startswith("/"):
        return f"{outside_url}{event.image}&size={PICTURE_WIDTH}"
    return event.image


def structured_data(event: EventAnswer, outside_url: str) -> dict[str, Any]:
    """Return the event after schema.org's `Event`; hidden ticket types are left out."""
    address = f"{outside_url}/e/{event.id}"
    state = "EventCancelled" if event.status is Status.CANCELLED else "EventScheduled"
    return {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.title,
        "description": event.description,
        "url": address,
        "startDate": rfc3339(event.date),
        **({"endDate": rfc3339(event.end_date)} if event.end_date else {}),
        "eventStatus": f"https://schema.org/{state}",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "image": [picture(event, outside_url)],
        "location": {
            "@type": "Place",
            "name": event.venue or event.location,
            "address": ", ".join(filter(None, (event.location, event.city))),
        },
        "performer": [{"@type": "PerformingGroup", "name": s.name} for s in event.speakers],
        "offers": [_offer(kind, event, address) for kind in event.ticket_types],
    }


def _offer(kind: TicketTypeAnswer, event: EventAnswer, address: str) -> dict[str, Any]:
    opens_at = kind.sale_opens_at or event.sale_opens_at
    return {
        "@type": "Offer",
        "name": kind.name,
        "price": kind.total,
        "priceCurrency": kind.currency,
        "url": address,
        "availability": f"https://schema.org/{_availability(kind, event)}",
        **({"validFrom": rfc3339(opens_at)} if opens_at else {}),
    }


def _availability(kind: TicketTypeAnswer, event: EventAnswer) -> str:
    moment = now()
    opens_at = kind.sale_opens_at or event.sale_opens_at
    closes_at = kind.sale_closes_at or event.sale_closes_at
    is_over = event.date <= moment or (closes_at is not None and closes_at <= moment)
    if is_over or event.status is not Status.PUBLISHED:
        return "Discontinued"
    if kind.available <= 0:
        return "SoldOut"
    return "PreOrder" if opens_at is not None and opens_at > moment else "InStock"


def unbreakable(text: str) -> str:
    """Return JSON for a data block of HTML that no word in it can end."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _card(title: str, text: str, address: str, image: str, language: Language) -> list[str]:
    """Return what those draw a card from who unfold a link (ogp.me)."""
    properties = {
        "og:type": "website",
        "og:site_name": BRAND,
        "og:title": title,
        "og:description": text,
        "og:url": address,
        "og:image": image,
        "og:locale": LOCALES[language],
    }
    tags = [
        f'<meta property="{name}" content="{escape(value)}" data-head>'
        for name, value in properties.items()
    ]
    return [*tags, _named("twitter:card", "summary_large_image", " data-head")]


def _named(name: str, content: str, more: str = "") -> str:
    return f'<meta name="{name}" content="{escape(content)}"{more}>'


def _joined(tags: Iterable[str]) -> str:
    return "\n".join(tags) + "\n"
