"""Making and changing events: every rule about what an event may become."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from guichet.events.domain import problems
from guichet.events.domain.moments import instant
from guichet.events.domain.records import Event, EventEdit, TicketType, TicketTypeEdit
from guichet.events.domain.states import Action, Status, require_allowed, require_next
from guichet.events.domain.terms import FRENCH_HOUSE, HouseTerms

STANDARD = "Standard"
TICKET_TYPES_MAX = 50
LINE_UP_MAX = 200

_MOMENTS = ("starts_at", "ends_at", "sale_opens_at", "sale_closes_at")
_TERMS = (
    "starts_at",
    "ends_at",
    "time_zone",
    "currency",
    "sale_opens_at",
    "sale_closes_at",
    "per_order_max",
    "per_account_max",
    "fee",
    "refund_rules",
)
_TOLD = (*_TERMS, "title", "location", "venue", "city", "status")
"""The fields that messages carry."""


def new_event(
    creator_id: int, edit: EventEdit, moment: datetime, house: HouseTerms = FRENCH_HOUSE
) -> Event:
    """Return a new event, a draft or published at once; raises named problems."""
    values = _with_instants(edit.values, edit.values["time_zone"])
    draft = Event(
        creator_id=creator_id, created_at=moment, updated_at=moment, fee=house.fee, **values
    )
    return _finished(draft, draft, edit, moment, house)


def changed(
    before: Event, edit: EventEdit, moment: datetime, house: HouseTerms = FRENCH_HOUSE
) -> Event:
    """Return the event as it would be after the edit; raises named problems."""
    if edit.version is not None and edit.version != before.version:
        raise problems.EditedMeanwhile
    zone = edit.values.get("time_zone", before.time_zone)
    values = _with_instants(edit.values, zone)
    if "starts_at" in values and "ends_at" not in values and before.ends_at:
        # A moved event keeps its length unless told otherwise.
        values["ends_at"] = values["starts_at"] + (before.ends_at - before.starts_at)
    after = replace(before, **values, updated_at=moment)
    return _finished(before, after, edit, moment, house)


def completed(before: Event, version: int, moment: datetime) -> Event:
    """Return the event after its end, under its new version."""
    after = changed(before, EventEdit(status=Status.COMPLETED), moment)
    return replace(after, version=version)


def with_ticket_type(
    before: Event, edit: TicketTypeEdit, moment: datetime, house: HouseTerms = FRENCH_HOUSE
) -> Event:
    """Return the event with one more ticket type, or one of them changed."""
    types = list(before.ticket_types)
    if edit.ticket_type_id is None:
        types.append(_merged(None, edit, before.time_zone, house))
    else:
        index = _index_of(before, edit.ticket_type_id)
        types[index] = _merged(types[index], edit, before.time_zone, house)
    after = replace(before, ticket_types=tuple(types), updated_at=moment)
    return _checked(before, after, moment)


def without_ticket_type(before: Event, ticket_type_id: int, moment: datetime) -> Event:
    """Return the event with one ticket type less."""
    types = list(before.ticket_types)
    del types[_index_of(before, ticket_type_id)]
    after = replace(before, ticket_types=tuple(types), updated_at=moment)
    if not types and before.status is Status.PUBLISHED:
        raise problems.LastTicketType
    return _checked(before, after, moment)


def takes_stock_away(before: Event, after: Event) -> bool:
    """Whether tickets must agree first: a capacity falls, a ticket type goes, or all of it."""
    if before.published_at is None:
        return False
    if before.status is Status.PUBLISHED and after.status is Status.DRAFT:
        return True
    left = {kind.ticket_type_id: kind.capacity for kind in after.ticket_types}
    return any(left.get(kind.ticket_type_id, -1) < kind.capacity for kind in before.ticket_types)


def is_told(before: Event, after: Event) -> bool:
    """Whether the change concerns what messages carry; a draft never published concerns nobody."""
    if after.published_at is None:
        return False
    if any(getattr(before, name) != getattr(after, name) for name in _TOLD):
        return True
    return _offer(before) != _offer(after)


def _offer(event: Event) -> list[TicketType]:
    return [replace(kind, sold=0, held=0) for kind in event.ticket_types]


def _finished(
    before: Event, after: Event, edit: EventEdit, moment: datetime, house: HouseTerms
) -> Event:
    after = replace(
        after,
        fee=house.fee_with(after.fee, edit.fee),
        refund_rules=replace(after.refund_rules, **edit.refund_rules),
        ticket_types=_ticket_types(after, edit, house),
        speakers=after.speakers if edit.speakers is None else edit.speakers,
        sponsors=after.sponsors if edit.sponsors is None else edit.sponsors,
    )
    if max(len(after.speakers), len(after.sponsors)) > LINE_UP_MAX:
        raise problems.TooManyInLineUp(most=LINE_UP_MAX)
    if edit.status is not None:
        require_next(before.status, edit.status)
        after = replace(after, status=edit.status)
    return _checked(before, after, moment)


def _checked(before: Event, after: Event, moment: datetime) -> Event:
    """Return the event where it holds together; raises the problem that it has otherwise."""
    _check_terms(before, after)
    _check_times(after)
    _check_ticket_types(after)
    is_ending = after.status is Status.COMPLETED and before.status is not Status.COMPLETED
    if is_ending and after.over_at > moment:
        raise problems.EventNotOver
    if after.status is Status.PUBLISHED:
        if not after.ticket_types:
            raise problems.NothingToSell
        is_new = before.status is not Status.PUBLISHED
        if (is_new or after.starts_at != before.starts_at) and after.starts_at <= moment:
            raise problems.DateInPast
        return replace(after, published_at=after.published_at or moment)
    return after


def _check_terms(before: Event, after: Event) -> None:
    """Refuse other terms where the state has settled them."""
    differs = any(getattr(before, name) != getattr(after, name) for name in _TERMS)
    if differs or before.ticket_types != after.ticket_types:
        require_allowed(before.status, Action.CHANGE_TERMS)
    if before.published_at is not None and before.currency != after.currency:
        raise problems.CurrencyIsFixed


def _check_times(event: Event) -> None:
    if event.ends_at is not None and event.ends_at <= event.starts_at:
        raise problems.EndsBeforeStart
    for sale in (event, *event.ticket_types):
        opens_at, closes_at = sale.sale_opens_at, sale.sale_closes_at
        if opens_at and closes_at and closes_at <= opens_at:
            raise problems.SaleClosesBeforeOpening


def _check_ticket_types(event: Event) -> None:
    if len(event.ticket_types) > TICKET_TYPES_MAX:
        raise problems.TooManyTicketTypes(most=TICKET_TYPES_MAX)
    names = {kind.name.casefold() for kind in event.ticket_types}
    if len(names) < len(event.ticket_types):
        raise problems.TicketTypeNameTaken


def _ticket_types(event: Event, edit: EventEdit, house: HouseTerms) -> tuple[TicketType, ...]:
    """Return the ticket types after the edit; a list of them outdoes `max_tickets` and `price`."""
    if edit.ticket_types is not None:
        return _replaced(event, edit.ticket_types, house)
    types = event.ticket_types
    asked = {
        "capacity": edit.capacity,
        "price_minor": edit.price_minor,
        "vat_basis_points": edit.vat_basis_points,
    }
    values: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    if not values:
        return types
    house.require_rate(edit.vat_basis_points)
    if not types:
        if edit.capacity is None or edit.price_minor is None:
            raise problems.HalfATicketType
        values.setdefault("vat_basis_points", house.vat_default)
        return (TicketType(name=STANDARD, **values),)
    if len(types) == 1:
        return (replace(types[0], **values),)
    _require_unchanged(event, edit)
    return types


def _require_unchanged(event: Event, edit: EventEdit) -> None:
    """Let a client send back what it read, unchanged, where there are several ticket types."""
    if edit.capacity not in {None, event.capacity}:
        raise problems.SeveralTicketTypes
    if edit.price_minor not in {None, event.price_minor}:
        raise problems.SeveralTicketTypes
    rates = {kind.vat_basis_points for kind in event.ticket_types}
    if edit.vat_basis_points is not None and rates != {edit.vat_basis_points}:
        raise problems.SeveralTicketTypes


def _replaced(
    event: Event, edits: Sequence[TicketTypeEdit], house: HouseTerms
) -> tuple[TicketType, ...]:
    known = {kind.ticket_type_id: kind for kind in event.ticket_types}
    kept: list[TicketType] = []
    for edit in edits:
        old = None
        if edit.ticket_type_id is not None:
            old = known.pop(edit.ticket_type_id, None)
            if old is None:
                raise problems.UnknownTicketType
        kept.append(_merged(old, edit, event.time_zone, house))
    return tuple(kept)


def _merged(
    old: TicketType | None, edit: TicketTypeEdit, time_zone: str, house: HouseTerms
) -> TicketType:
    values = _with_instants(edit.values, time_zone)
    rate = values.get("vat_basis_points")
    if old is not None:
        if rate != old.vat_basis_points:
            # A rate that the ticket type has already may have been allowed earlier.
            house.require_rate(rate)
        return replace(old, **values)
    house.require_rate(rate)
    if not {"name", "price_minor", "capacity"} <= values.keys():
        raise problems.IncompleteTicketType
    values.setdefault("vat_basis_points", house.vat_default)
    return TicketType(**values)


def _index_of(event: Event, ticket_type_id: int) -> int:
    for index, kind in enumerate(event.ticket_types):
        if kind.ticket_type_id == ticket_type_id:
            return index
    raise problems.PartNotFound


def _with_instants(values: Mapping[str, Any], time_zone: str) -> dict[str, Any]:
    return {
        name: instant(value, time_zone) if name in _MOMENTS else value
        for name, value in values.items()
    }
