"""Reading the audit log: filters, pages by cursor, and the route that every service serves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from sqlalchemy import ColumnElement, or_, select, tuple_

from guichet.kernel.audit import audit_entries
from guichet.kernel.callers import Caller
from guichet.kernel.database import Database, Transaction
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.problems import Forbidden, Unauthenticated
from guichet.kernel.tokens import Principal
from guichet.kernel.validation import Moment

ENTRIES_DEFAULT = 50
ENTRIES_MAX = 200
_ID_MAX = 2**63 - 1
_BY_NUMBER = (audit_entries.c.entry_id,)
_BY_TIME = (audit_entries.c.occurred_at, audit_entries.c.entry_id)


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries are wanted; None stands for all.

    `action` may be the beginning of one, up to a dot. `since` is the first instant, `until` the
    first one that is too late; `before_id` leaves out that entry and the later ones.
    """

    actor_id: int | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before_id: int | None = None
    limit: int = ENTRIES_DEFAULT


class EntryAnswer(BaseModel):
    """One change: `actor_id` is None for the system and for guests.

    `position` and `hash` are its place in the chain and its seal, None for a moment after it.
    """

    entry_id: int
    occurred_at: datetime
    actor_id: int | None
    actor_role: str
    action: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    request_id: str
    reason: str
    position: int | None
    hash: str | None


class EntriesAnswer(BaseModel):
    """Entries, the latest first; `next_cursor` gives the older ones, None where there are none."""

    data: list[EntryAnswer]
    next_cursor: int | None


async def read_entries(transaction: Transaction, wanted: EntryFilter) -> EntriesAnswer:
    """Return the entries that are wanted, the latest first."""
    followed = _BY_TIME if _is_by_time(wanted) else _BY_NUMBER
    rows = await transaction.execute(
        select(*(audit_entries.c[name] for name in EntryAnswer.model_fields))
        .where(*_conditions(wanted))
        .order_by(*(column.desc() for column in followed))
        .limit(wanted.limit + 1)
    )
    found = [EntryAnswer.model_validate(dict(row)) for row in rows.mappings()]
    shown = found[: wanted.limit]
    return EntriesAnswer(
        data=shown, next_cursor=shown[-1].entry_id if len(found) > wanted.limit else None
    )


def _is_by_time(wanted: EntryFilter) -> bool:
    """Whether entries are followed by their time, whose index begins where the filter does.

    By their numbers, all that is later than the filter would be passed over first. The two orders
    differ where changes were made at the same time.
    """
    return wanted.since is not None or wanted.until is not None


def _before(wanted: EntryFilter, entry_id: int) -> ColumnElement[bool]:
    if not _is_by_time(wanted):
        return audit_entries.c.entry_id < entry_id
    known = audit_entries.alias()
    at = (
        select(known.c.occurred_at)
        .where(known.c.entry_id <= entry_id)
        .order_by(known.c.entry_id.desc())
        .limit(1)
    )
    return tuple_(*_BY_TIME) < tuple_(at.scalar_subquery(), entry_id)


def _conditions(wanted: EntryFilter) -> list[ColumnElement[bool]]:
    columns = audit_entries.c
    conditions: list[ColumnElement[bool]] = []
    if wanted.actor_id is not None:
        conditions.append(columns.actor_id == wanted.actor_id)
    if wanted.action is not None:
        begins = columns.action.startswith(f"{wanted.action}.", autoescape=True)
        conditions.append(or_(columns.action == wanted.action, begins))
    if wanted.subject is not None:
        conditions.append(columns.subject == wanted.subject)
    if wanted.since is not None:
        conditions.append(columns.occurred_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(columns.occurred_at < wanted.until)
    if wanted.before_id is not None:
        conditions.append(_before(wanted, wanted.before_id))
    return conditions


def audit_router(
    prefix: str,
    *,
    database_of: Callable[[Request], Database],
    authorize: Callable[[Principal], None],
) -> APIRouter:
    """Return the router of a service's `<prefix>/audit`; `authorize` raises for who may not."""
    router = APIRouter(
        prefix=prefix,
        tags=["audit"],
        responses={**problem_responses([Unauthenticated, Forbidden])},
    )

    @router.get("/audit", summary="The audit log, the latest entries first")
    async def audit(
        request: Request, caller: Caller, wanted: Annotated[EntryFilter, Depends(_wanted)]
    ) -> EntriesAnswer:
        """Who changed what. `action` may be the beginning of one, up to a dot."""
        authorize(caller)
        async with database_of(request).reading() as connection:
            return await read_entries(connection, wanted)

    del audit
    return router


async def _wanted(
    actor_id: Annotated[int | None, Query(ge=1, le=_ID_MAX)] = None,
    action: Annotated[str | None, Query(max_length=100)] = None,
    subject: Annotated[str | None, Query(max_length=100)] = None,
    since: Annotated[Moment | None, Query(alias="from")] = None,
    until: Annotated[Moment | None, Query(alias="to")] = None,
    cursor: Annotated[int | None, Query(ge=1, le=_ID_MAX)] = None,
    limit: Annotated[int, Query(ge=1, le=ENTRIES_MAX)] = ENTRIES_DEFAULT,
) -> EntryFilter:
    return EntryFilter(actor_id, action, subject, since, until, cursor, limit)
