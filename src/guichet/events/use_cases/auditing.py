"""What the audit log says of a change of an event: its state, its dates, its ticket types."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime

from guichet.contracts.times import rfc3339
from guichet.events.domain.records import Event, TicketType
from guichet.events.domain.states import Status
from guichet.kernel.audit import Change, Content, changed_fields

_BECAME = {
    Status.DRAFT: "events.event.withdrawn",
    Status.PUBLISHED: "events.event.published",
    Status.CANCELLED: "events.event.cancelled",
    Status.COMPLETED: "events.event.completed",
}


def subject_of(event_id: int) -> str:
    """Return how the log names an event."""
    return f"event:{event_id}"


def created(event: Event) -> Change:
    """Return the entry of a new event, which begins as a draft."""
    after = {
        "status": Status.DRAFT.value,
        "creator_id": event.creator_id,
        **_dates(event),
        **_terms(event),
    }
    return Change("events.event.created", subject_of(event.event_id), None, after)


def deleted(event_id: int, status: Status) -> Change:
    """Return the entry of a deleted event."""
    return Change("events.event.deleted", subject_of(event_id), {"status": status.value}, None)


def changes_of(before: Event, after: Event) -> list[Change]:
    """Return the entries of an edit, none where nothing changed that the log follows."""
    return [
        *_state(before, after),
        *_fields("rescheduled", _dates, before, after),
        *_fields("terms_changed", _terms, before, after),
        *_ticket_types(before, after),
    ]


def _state(before: Event, after: Event) -> Iterator[Change]:
    if before.status is not after.status:
        yield Change(
            _BECAME[after.status],
            subject_of(after.event_id),
            {"status": before.status.value},
            {"status": after.status.value},
            reason=after.cancel_reason or "" if after.status is Status.CANCELLED else "",
        )


def _fields(
    happened: str, fields: Callable[[Event], Content], before: Event, after: Event
) -> Iterator[Change]:
    old, new = changed_fields(fields(before), fields(after))
    if new:
        yield Change(f"events.event.{happened}", subject_of(after.event_id), old, new)


def _dates(event: Event) -> dict[str, object]:
    return {"starts_at": _instant(event.starts_at), "ends_at": _instant(event.ends_at)}


def _terms(event: Event) -> dict[str, object]:
    return {"fee": asdict(event.fee), "refund_rules": asdict(event.refund_rules)}


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)


def _ticket_types(before: Event, after: Event) -> Iterator[Change]:
    old = {kind.ticket_type_id: kind for kind in before.ticket_types}
    new = {kind.ticket_type_id: kind for kind in after.ticket_types}
    for number in sorted(old.keys() | new.keys()):
        was, becomes = _offer(old.get(number), after), _offer(new.get(number), after)
        if was != becomes:
            action = "added" if was is None else "removed" if becomes is None else "changed"
            yield Change(f"events.ticket_type.{action}", f"ticket_type:{number}", was, becomes)


def _offer(kind: TicketType | None, event: Event) -> dict[str, object] | None:
    if kind is None:
        return None
    return {
        "event_id": event.event_id,
        "price_minor": kind.price_minor,
        "vat_basis_points": kind.vat_basis_points,
        "capacity": kind.capacity,
    }
