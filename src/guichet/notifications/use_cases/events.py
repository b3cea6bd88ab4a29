"""Events: following what they are, telling holders of a new date or a cancellation."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from guichet.contracts.messages.events import EventCancelled, EventRescheduled, EventSnapshot
from guichet.contracts.messages.tickets import SoldEvent
from guichet.kernel.database import Transaction
from guichet.notifications.domain import Person, TemplateKey, language_or_default, reminder_at
from guichet.notifications.links import order_path
from guichet.notifications.repository import attendances, people
from guichet.notifications.use_cases.orders import live_tickets
from guichet.notifications.use_cases.telling import Desk, Telling, event_context, tell_holders


async def event_changed(transaction: Transaction, event: EventSnapshot, now: datetime) -> None:
    """Keep what an event is now, and move the reminders with it."""
    is_news = await attendances.save_card(transaction, event.event_id, _card(event))
    if not is_news:
        return
    moment = None
    if event.status == "published":
        moment = reminder_at(event.starts_at, event.time_zone, now)
    orders = await attendances.attendances_of_event(transaction, event.event_id)
    await attendances.set_reminders(
        transaction,
        [(order.order_code, moment if live_tickets(order) else None) for order in orders],
    )


async def event_rescheduled(
    transaction: Transaction, desk: Desk, message: EventRescheduled, now: datetime
) -> None:
    """Tell everybody with a valid ticket when the event takes place now."""
    event = message.event
    await event_changed(transaction, event, now)

    def telling(order: Any, person: Person, context: dict[str, Any]) -> Telling:
        return Telling(
            TemplateKey.EVENT_RESCHEDULED,
            f"{order.order_code}:{event.version}",
            person,
            context | {"previous_starts_at": message.previous_starts_at.isoformat()},
            attachments=[{"kind": "calendar", "event_id": event.event_id}],
            path=order_path(order.order_code),
        )

    holders = await _holders(transaction, desk, event)
    await tell_holders(transaction, desk, [telling(*holder) for holder in holders], now)


async def event_cancelled(transaction: Transaction, message: EventCancelled, now: datetime) -> None:
    """Note that the event does not take place, so that nobody is reminded of it.

    Its holders hear it from tickets, order by order: that message knows what each gets back.
    """
    await event_changed(transaction, message.event, now)


async def _holders(
    transaction: Transaction, desk: Desk, event: EventSnapshot
) -> list[tuple[Any, Person, dict[str, Any]]]:
    orders = await attendances.attendances_of_event(transaction, event.event_id)
    known = await people.people_of(
        transaction, [order.account_id for order in orders if order.account_id is not None]
    )
    sold = SoldEvent(
        event_id=event.event_id,
        title=event.title,
        starts_at=event.starts_at,
        time_zone=event.time_zone,
        location=event.location,
    )
    holders: list[tuple[Any, Person, dict[str, Any]]] = []
    for order in orders:
        if live_tickets(order):
            person = holder_of(order, known)
            holders.append((order, person, order_context(desk, order, person, sold)))
    return holders


def holder_of(order: Any, known: dict[int, Person]) -> Person:
    """Return whom to tell of a stored order: the account as it is known, else the buyer."""
    person = known.get(order.account_id)
    if person is not None and person.email:
        return person
    return Person(order.account_id, order.email, order.name, language_or_default(order.language))


def order_context(desk: Desk, order: Any, person: Person, event: SoldEvent) -> dict[str, Any]:
    """Return what templates say of a stored order."""
    token = order.access_token if order.account_id is None else ""
    return {
        "name": person.name,
        "order_code": order.order_code,
        "event": event_context(event),
        "currency": order.currency,
        "link": desk.links.order(order.order_code, token),
    }


def card_as_event(row: Any) -> SoldEvent:
    """Return the event of an order joined with what is known of it."""
    names: Sequence[str] = ("event_id", "title", "starts_at", "time_zone", "location")
    return SoldEvent(**{name: getattr(row, name) for name in names})


def _card(event: EventSnapshot) -> dict[str, Any]:
    return {
        "version": event.version,
        "title": event.title,
        "location": event.location,
        "time_zone": event.time_zone,
        "starts_at": event.starts_at,
        "is_cancelled": event.status == "cancelled",
    }
