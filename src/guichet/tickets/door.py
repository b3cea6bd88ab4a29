"""The door beside the scanner: finding a ticket by name or number, taking back an admission."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping

from guichet.contracts.messages.tickets import AdmissionUndone
from guichet.contracts.roles import Permission, may
from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.logs import logger
from guichet.kernel.outbox import enqueue_hot
from guichet.kernel.problems import Forbidden
from guichet.kernel.tokens import Principal
from guichet.tickets.codes import order_code, order_id_of, ticket_id_of, ticket_number
from guichet.tickets.domain import Ticket, TicketStatus
from guichet.tickets.problems import NotAdmitted, TicketNotFound
from guichet.tickets.repository import admissions as admission_rows
from guichet.tickets.repository import door as door_rows
from guichet.tickets.repository.admissions import Presented

FOUND_MAX = 20
WORDS_MAX = 6

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """A ticket found at the door."""

    ticket_id: int
    order_id: int
    buyer_name: str
    ticket_type: str
    status: TicketStatus
    used_at: datetime | None
    used_where: str | None


class Door:
    """What the door does besides admitting."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def search(self, event_id: int, text: str) -> tuple[list[Found], bool]:
        """Return the event's tickets that the text may mean, and whether there are more.

        A ticket's number or an order's code finds theirs; else every word must be part of the
        buyer's name, without regard to case and accents.
        """
        words = text.split()[:WORDS_MAX]
        if not words:
            return [], False
        async with self._database.reading() as connection:
            rows = await door_rows.tickets_at_the_door(
                connection,
                event_id,
                words=words,
                ticket_id=ticket_id_of(text),
                order_id=order_id_of(text),
                limit=FOUND_MAX + 1,
            )
        found = [_found(row) for row in rows]
        return found[:FOUND_MAX], len(found) > FOUND_MAX

    async def undo_admission(self, ticket_id: int, caller: Principal, reason: str) -> Ticket:
        """Let a ticket that admitted by mistake admit again.

        For the event's creator and administrators. Raises `Forbidden`, `TicketNotFound`,
        or `NotAdmitted` where the ticket is not used.
        """
        at = now()
        async with self._database.hot.acquire() as connection, connection.transaction():
            presented = await admission_rows.lock_presented(connection, [ticket_id])
            used = _undoable(presented.get(ticket_id), caller)
            await door_rows.undo_admission(connection, ticket_id, caller.account_id, reason, at)
            await enqueue_hot(connection, [_told(used, caller.account_id, at)])
        self._database.outbox_written.set()
        log.info("admission undone", ticket=ticket_id, by=caller.account_id)
        return used


def _found(row: RowMapping) -> Found:
    return Found(
        ticket_id=row["ticket_id"],
        order_id=row["order_id"],
        buyer_name=row["buyer_name"],
        ticket_type=row["ticket_type"],
        status=TicketStatus(row["status"]),
        used_at=row["used_at"],
        used_where=row["used_where"],
    )


def _undoable(known: Presented | None, caller: Principal) -> Ticket:
    is_supervisor = may(caller, Permission.UNDO_ANY_ADMISSION)
    if not is_supervisor and not may(caller, Permission.CREATE_EVENTS):
        raise Forbidden
    if known is None or not (is_supervisor or known.creator_id == caller.account_id):
        raise TicketNotFound
    if known.ticket.status is not TicketStatus.USED:
        raise NotAdmitted(ticket_number=ticket_number(known.ticket.ticket_id))
    return known.ticket


def _told(ticket: Ticket, undone_by: int, at: datetime) -> AdmissionUndone:
    return AdmissionUndone(
        ticket_id=ticket.ticket_id,
        ticket_number=ticket_number(ticket.ticket_id),
        order_code=order_code(ticket.order_id),
        event_id=ticket.event_id,
        account_id=ticket.account_id,
        undone_by=undone_by,
        used_at=ticket.used_at or at,
        occurred_at=at,
    )
