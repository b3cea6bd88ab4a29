"""The states of an event and what each allows: two tables."""

from enum import StrEnum

from guichet.events.domain.problems import EventIsOver, IllegalStatusChange


class Status(StrEnum):
    """Where an event stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"
    COMPLETED = "completed"


class Action(StrEnum):
    """What its organiser may do to an event, apart from changing its state."""

    DESCRIBE = "describe"
    CHANGE_TERMS = "change_terms"
    DELETE = "delete"


NEXT: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.PUBLISHED}),
    Status.PUBLISHED: frozenset({Status.DRAFT, Status.CANCELLED, Status.COMPLETED}),
    Status.CANCELLED: frozenset(),
    Status.COMPLETED: frozenset(),
}
"""The states that each state leads to; back to draft only while nothing is sold or held."""

ALLOWED: dict[Status, frozenset[Action]] = {
    Status.DRAFT: frozenset(Action),
    Status.PUBLISHED: frozenset(Action),
    Status.CANCELLED: frozenset({Action.DESCRIBE, Action.DELETE}),
    Status.COMPLETED: frozenset({Action.DESCRIBE, Action.DELETE}),
}
"""Terms are dates, places, prices and sale times: what tickets are sold on."""


def require_next(current: Status, wanted: Status) -> None:
    """Raise `IllegalStatusChange` unless `current` leads to `wanted`; staying is always right."""
    if wanted is not current and wanted not in NEXT[current]:
        raise IllegalStatusChange(current=current.value, wanted=wanted.value)


def require_allowed(current: Status, action: Action) -> None:
    """Raise `EventIsOver` unless the state allows the action."""
    if action not in ALLOWED[current]:
        raise EventIsOver
