"""Messages as the other services send them, for the tests of notifications."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from guichet.contracts.messages.auth import AccountRegistered
from guichet.contracts.messages.events import EventSnapshot
from guichet.contracts.messages.tickets import (
    Buyer,
    OrderConfirmed,
    OrderFailed,
    SoldEvent,
    SoldTicket,
    TicketCancelled,
)
from guichet.contracts.messages.users import ProfileUpdated

NOW = datetime(2027, 5, 1, 12, 0, tzinfo=UTC)
STARTS_AT = datetime(2027, 6, 12, 18, 30, tzinfo=UTC)

_numbers = itertools.count(1000)


def number() -> int:
    """Return a number that no other test has used."""
    return next(_numbers)


def registered(account_id: int, **more: Any) -> AccountRegistered:
    """Return the message of a new account."""
    content: dict[str, Any] = {
        "account_id": account_id,
        "email": f"account{account_id}@example.com",
        "name": "Camille Exemple",
        "role": "user",
        "language": "fr",
        "verification_token": f"verify-{account_id}",
        "occurred_at": NOW,
        **more,
    }
    return AccountRegistered.model_validate(content)


def buyer(account_id: int | None, **more: Any) -> Buyer:
    """Return a buyer; a guest where there is no account."""
    address = f"account{account_id}@example.com" if account_id else "guest@example.com"
    content = {"account_id": account_id, "name": "Camille Exemple", "email": address}
    return Buyer.model_validate({**content, "language": "fr", **more})


def sold_event(event_id: int, **more: Any) -> SoldEvent:
    """Return an event as an order carries it."""
    content: dict[str, Any] = {
        "event_id": event_id,
        "title": "Nuit blanche",
        "starts_at": STARTS_AT,
        "time_zone": "Europe/Paris",
        "location": "Le Trianon, Paris",
        **more,
    }
    return SoldEvent.model_validate(content)


def sold_tickets(count: int = 2) -> list[SoldTicket]:
    """Return that many tickets at 42 euros."""
    return [
        SoldTicket(
            ticket_id=ticket_id,
            ticket_number=f"TKT-{ticket_id:06d}",
            ticket_type="Standard",
            price_minor=4200,
        )
        for ticket_id in (number() for _ in range(count))
    ]


def confirmed(buyer_: Buyer, event: SoldEvent, **more: Any) -> OrderConfirmed:
    """Return the message of a paid order."""
    tickets: list[SoldTicket] = more.pop("tickets", None) or sold_tickets()
    content: dict[str, Any] = {
        "order_id": number(),
        "order_code": f"ORD-{number()}",
        "buyer": buyer_,
        "event": event,
        "tickets": tickets,
        "total_minor": sum(ticket.price_minor for ticket in tickets),
        "currency": "EUR",
        "access_token": "access-secret",
        "occurred_at": NOW,
        **more,
    }
    return OrderConfirmed.model_validate(content)


def failed(buyer_: Buyer, event: SoldEvent, **more: Any) -> OrderFailed:
    """Return the message of an order without tickets."""
    content: dict[str, Any] = {
        "order_id": number(),
        "order_code": f"ORD-{number()}",
        "buyer": buyer_,
        "event": event,
        "total_minor": 8400,
        "currency": "EUR",
        "reason": "declined",
        "is_refunded": False,
        "occurred_at": NOW,
        **more,
    }
    return OrderFailed.model_validate(content)


def cancelled(
    order: OrderConfirmed, tickets: list[SoldTicket], reason: str = "holder"
) -> TicketCancelled:
    """Return the message that some tickets of an order were cancelled."""
    return TicketCancelled(
        order_id=order.order_id,
        order_code=order.order_code,
        buyer=order.buyer,
        event=order.event,
        tickets=tickets,
        refund_minor=sum(ticket.price_minor for ticket in tickets),
        currency=order.currency,
        reason=reason,
        occurred_at=NOW,
    )


def snapshot(event_id: int, version: int = 2, **more: Any) -> EventSnapshot:
    """Return an event as events tells it."""
    content: dict[str, Any] = {
        "event_id": event_id,
        "version": version,
        "title": "Nuit blanche",
        "status": "published",
        "creator_id": 1,
        "starts_at": STARTS_AT,
        "time_zone": "Europe/Paris",
        "location": "Le Trianon, Paris",
        "currency": "EUR",
        "per_order_max": 10,
        "ticket_types": [],
        **more,
    }
    return EventSnapshot.model_validate(content)


def profile(account_id: int, **more: Any) -> ProfileUpdated:
    """Return the message of a changed profile, a minute after the registration."""
    content: dict[str, Any] = {
        "account_id": account_id,
        "name": "Camille Exemple",
        "email": f"account{account_id}@example.com",
        "language": "fr",
        "occurred_at": NOW + timedelta(minutes=1),
        **more,
    }
    return ProfileUpdated.model_validate(content)
