"""The door: a ticket admits once, however many scanners and replicas ask at the same time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from guichet.contracts.messages.tickets import TicketUsed
from guichet.kernel.batching import BatchWriter
from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.deadlines import not_after
from guichet.kernel.outbox import Message, enqueue_hot
from guichet.tickets.codes import order_code, ticket_number
from guichet.tickets.domain import Ticket, TicketStatus
from guichet.tickets.problems import (
    AlreadyCancelled,
    AlreadyUsed,
    EventCancelled,
    OtherEvent,
    TicketUnknown,
)
from guichet.tickets.repository import admissions as admission_rows
from guichet.tickets.repository.admissions import Presented


@dataclass(frozen=True, slots=True)
class AdmissionRequest:
    """Somebody at the door presents a ticket.

    `secret` is None where only the number is known; `event_id` is the event at this door, if the
    scanner knows; `creator_id` limits the caller to events of their own, None for operators.
    """

    ticket_id: int
    secret: str | None
    admitted_by: int
    event_id: int | None = None
    place: str | None = None
    creator_id: int | None = None


@dataclass(frozen=True, slots=True)
class Admitted:
    """The ticket that has just admitted its holder, and whose it is."""

    ticket: Ticket
    event_title: str
    ticket_type: str
    holder_name: str


class Admissions:
    """Admits; one for each process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writer = BatchWriter[AdmissionRequest, Admitted](self._write, name="admission")

    async def admit(self, request: AdmissionRequest) -> Admitted:
        """Admit one ticket, durably.

        Raises `TicketUnknown`, `AlreadyUsed` (with when and where), `AlreadyCancelled`,
        `OtherEvent` or `EventCancelled`.
        """
        return await self._writer.submit(request, not_after=not_after.get())

    async def _write(self, requests: Sequence[AdmissionRequest]) -> list[Admitted | Exception]:
        at = now()
        answers: list[Admitted | Exception] = []
        used: list[Presented] = []
        async with self._database.hot.acquire() as connection, connection.transaction():
            presented = await admission_rows.lock_presented(
                connection, (request.ticket_id for request in requests)
            )
            for request in requests:
                known = presented.get(request.ticket_id)
                if refusal := _refusal(request, known):
                    answers.append(refusal)
                    continue
                admitted = _used(known, request, at)
                # The same ticket a second time in this batch must find it used.
                presented[request.ticket_id] = admitted
                used.append(admitted)
                answers.append(_admitted(admitted))
            await admission_rows.store_admissions(connection, [p.ticket for p in used])
            await enqueue_hot(connection, [_told(p.ticket, at) for p in used])
        if used:
            self._database.outbox_written.set()
        return answers


def _refusal(request: AdmissionRequest, known: Presented | None) -> Exception | None:
    if known is None:
        return TicketUnknown()
    ticket = known.ticket
    if request.secret is not None and request.secret != ticket.secret:
        return TicketUnknown()
    if request.creator_id is not None and request.creator_id != known.creator_id:
        return TicketUnknown()
    if request.event_id is not None and request.event_id != ticket.event_id:
        return OtherEvent(event_title=known.event_title)
    if ticket.status is TicketStatus.USED:
        return AlreadyUsed(
            used_at=ticket.used_at,
            used_where=ticket.used_where,
            ticket_number=ticket_number(ticket.ticket_id),
        )
    if ticket.status is TicketStatus.CANCELLED:
        return AlreadyCancelled(cancelled_at=ticket.cancelled_at)
    return EventCancelled() if known.event_status == "cancelled" else None


def _used(known: Presented | None, request: AdmissionRequest, at: datetime) -> Presented:
    if known is None:
        raise TicketUnknown
    ticket = replace(
        known.ticket,
        status=TicketStatus.USED,
        used_at=at,
        used_by=request.admitted_by,
        used_where=request.place,
    )
    return replace(known, ticket=ticket)


def _admitted(presented: Presented) -> Admitted:
    return Admitted(
        ticket=presented.ticket,
        event_title=presented.event_title,
        ticket_type=presented.ticket_type,
        holder_name=presented.holder_name,
    )


def _told(ticket: Ticket, at: datetime) -> Message:
    return TicketUsed(
        ticket_id=ticket.ticket_id,
        ticket_number=ticket_number(ticket.ticket_id),
        order_code=order_code(ticket.order_id),
        event_id=ticket.event_id,
        account_id=ticket.account_id,
        admitted_by=ticket.used_by or 0,
        occurred_at=at,
    )
