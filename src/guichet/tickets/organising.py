"""Who runs an event: its creator and administrators; and who stands at its door."""

from dataclasses import dataclass
from datetime import datetime

from guichet.contracts.roles import Permission, may
from guichet.kernel.database import Database
from guichet.kernel.problems import Forbidden
from guichet.kernel.tokens import Principal
from guichet.tickets.problems import EventNotFound
from guichet.tickets.repository import figures as figure_rows


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """An event as its organisers and its door name it."""

    event_id: int
    title: str
    status: str
    creator_id: int
    currency: str
    starts_at: datetime
    time_zone: str


async def event_to_run(database: Database, event_id: int, caller: Principal) -> OwnEvent:
    """Return an event to its creator or an administrator; `EventNotFound`, `Forbidden`."""
    if not may(caller, Permission.CREATE_EVENTS):
        raise Forbidden
    found = await _event(database, event_id)
    _check_runs(found, caller)
    return found


async def event_at_the_door(database: Database, event_id: int, caller: Principal) -> OwnEvent:
    """Return an event to who may admit to it; raises `EventNotFound` or `Forbidden`."""
    if not may(caller, Permission.ADMIT_ANYWHERE):
        return await event_to_run(database, event_id, caller)
    return await _event(database, event_id)


def runs(creator_id: int, caller: Principal) -> bool:
    """Return whether the caller runs this creator's events: as creator or administrator."""
    if may(caller, Permission.MANAGE_ALL_EVENTS):
        return True
    return may(caller, Permission.CREATE_EVENTS) and caller.account_id == creator_id


def _check_runs(found: OwnEvent, caller: Principal) -> None:
    if not runs(found.creator_id, caller):
        raise EventNotFound if found.status == "draft" else Forbidden


async def _event(database: Database, event_id: int) -> OwnEvent:
    async with database.reading() as connection:
        row = await figure_rows.event_row(connection, event_id)
    if row is None:
        raise EventNotFound
    return OwnEvent(**row)
