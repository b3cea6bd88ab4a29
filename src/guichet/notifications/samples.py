"""Made-up occasions by which every template is tried before it is saved, and previewed."""

from typing import Any, Final

from guichet.notifications.domain import TemplateKey

_EVENT: Final[dict[str, Any]] = {
    "event_id": 12,
    "title": "Nuit blanche au Trianon",
    "starts_at": "2027-06-12T18:30:00+00:00",
    "time_zone": "Europe/Paris",
    "location": "Le Trianon, 80 boulevard de Rochechouart, Paris",
}
_TICKETS: Final[list[dict[str, Any]]] = [
    {"ticket_id": 1, "ticket_number": "TKT-000001", "ticket_type": "Fosse", "price_minor": 4200},
    {"ticket_id": 2, "ticket_number": "TKT-000002", "ticket_type": "Balcon", "price_minor": 5799},
]
_ORDER: Final[dict[str, Any]] = {
    "name": "Camille Exemple",
    "order_code": "7K3-9QX",
    "event": _EVENT,
    "currency": "EUR",
    "link": "https://tickets.example.com/my/orders/7K3-9QX",
}
_ACCOUNT: Final[dict[str, Any]] = {
    "name": "Camille Exemple",
    "link": "https://tickets.example.com/verify-email#token=sample-token-0123456789",
}

SAMPLES: Final[dict[TemplateKey, dict[str, Any]]] = {
    TemplateKey.WELCOME: _ACCOUNT,
    TemplateKey.EMAIL_VERIFICATION: _ACCOUNT | {"is_change": True, "email": "camille@example.com"},
    TemplateKey.PASSWORD_RESET: _ACCOUNT
    | {"expires_at": "2027-05-02T10:00:00+00:00", "time_zone": "Europe/Paris"},
    TemplateKey.ORDER_CONFIRMED: _ORDER
    | {"tickets": _TICKETS, "total_minor": 9999, "is_guest": True},
    TemplateKey.ORDER_FAILED: _ORDER
    | {"total_minor": 9999, "reason": "declined", "is_refunded": False},
    TemplateKey.TICKET_CANCELLED: _ORDER
    | {
        "tickets": _TICKETS,
        "refund_minor": 9599,
        "kept_minor": 400,
        "reason": "La salle est plus petite que prévu.",
    },
    TemplateKey.REFUND_GRANTED: _ORDER
    | {"refund_minor": 1500, "reason": "Le concert a commencé avec une heure de retard."},
    TemplateKey.REFUND_FAILED: _ORDER | {"refund_minor": 1500},
    TemplateKey.EVENT_RESCHEDULED: _ORDER | {"previous_starts_at": "2027-06-05T18:30:00+00:00"},
    TemplateKey.EVENT_CANCELLED: _ORDER
    | {"reason": "La salle ferme pour travaux.", "refund_minor": 9999},
    TemplateKey.REMINDER: _ORDER
    | {"count": 2, "preferences_link": "https://tickets.example.com/my/preferences"},
    TemplateKey.HOLDER_MESSAGE: _ORDER
    | {
        "topic": "Ouverture des portes avancée",
        "lines": ["Les portes ouvrent à 19 h au lieu de 19 h 30.", "", "À samedi !"],
    },
    TemplateKey.ACCESS_LINKS: {
        "links": [
            {"code": "7K3-9QX", "link": "https://tickets.example.com/my/orders/7K3-9QX#access=a1"},
            {"code": "M2P-4TZ", "link": "https://tickets.example.com/my/orders/M2P-4TZ#access=b2"},
        ]
    },
}
"""A context for each template, with every member that its occasion always gives."""
