"""A ticket admits once, and every refusal says why."""

import asyncio

import pytest

from guichet.tickets import problems
from guichet.tickets.admission import AdmissionRequest
from guichet.tickets.domain import Ticket
from tests.tickets.conftest import HOLDER, Shop, wanted

OPERATOR = 4
CREATOR = 3


async def sold(shop: Shop, quantity: int = 1) -> tuple[Ticket, ...]:
    event = await shop.event(price_minor=0)
    return (await shop.selling.buy(wanted(event, quantity))).tickets


def presented(ticket: Ticket, **more: object) -> AdmissionRequest:
    fields: dict[str, object] = {"secret": ticket.secret, "admitted_by": OPERATOR, **more}
    return AdmissionRequest(ticket_id=ticket.ticket_id, **fields)  # pyright: ignore[reportArgumentType] - fields of a request, by name


async def test_fifty_scanners_admit_one(shop: Shop) -> None:
    (ticket,) = await sold(shop)
    answers = await asyncio.gather(
        *(shop.admissions.admit(presented(ticket, place=f"porte {n}")) for n in range(50)),
        return_exceptions=True,
    )
    refused = [answer for answer in answers if isinstance(answer, problems.AlreadyUsed)]
    assert len(refused) == 49
    assert await shop.one("SELECT count(*) FROM admissions") == 1
    assert refused[0].params["used_where"] == "porte 0"
    assert refused[0].params["used_at"] is not None


async def test_different_tickets_are_admitted_together(shop: Shop) -> None:
    tickets = await sold(shop, 3)
    answers = await asyncio.gather(*(shop.admissions.admit(presented(t)) for t in tickets))
    assert {answer.ticket.ticket_id for answer in answers} == {t.ticket_id for t in tickets}
    told = await shop.one("SELECT count(*) FROM outbox WHERE subject = 'tickets.ticket.used'")
    assert told == 3


async def test_a_wrong_secret_or_number_is_no_ticket(shop: Shop) -> None:
    (ticket,) = await sold(shop)
    for request in (
        presented(ticket, secret="A" * 26),
        AdmissionRequest(ticket_id=999, secret=None, admitted_by=OPERATOR),
    ):
        with pytest.raises(problems.TicketUnknown):
            await shop.admissions.admit(request)
    assert await shop.one("SELECT status FROM tickets") == "confirmed"


async def test_an_organiser_admits_to_events_of_their_own_only(shop: Shop) -> None:
    (ticket,) = await sold(shop)
    with pytest.raises(problems.TicketUnknown):
        await shop.admissions.admit(presented(ticket, creator_id=CREATOR + 1))
    admitted = await shop.admissions.admit(presented(ticket, creator_id=CREATOR))
    assert admitted.holder_name == "Compte 1"


async def test_another_events_ticket_is_named(shop: Shop) -> None:
    (ticket,) = await sold(shop)
    with pytest.raises(problems.OtherEvent) as refused:
        await shop.admissions.admit(presented(ticket, event_id=ticket.event_id + 1))
    assert refused.value.params["event_title"] == "Concert"


async def test_a_cancelled_ticket_is_refused(shop: Shop) -> None:
    (ticket,) = await sold(shop)
    await shop.cancelling.cancel_ticket(ticket, HOLDER)
    with pytest.raises(problems.AlreadyCancelled):
        await shop.admissions.admit(presented(ticket))


async def test_a_ticket_cannot_be_used_and_cancelled_at_once(shop: Shop) -> None:
    tickets = await sold(shop, 10)
    answers = await asyncio.gather(
        *(
            action
            for ticket in tickets
            for action in (
                shop.admissions.admit(presented(ticket)),
                shop.cancelling.cancel_ticket(ticket, HOLDER),
            )
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, Exception) for answer in answers) == 10
    used = await shop.one("SELECT count(*) FROM tickets WHERE status = 'used'")
    cancelled = await shop.one("SELECT count(*) FROM tickets WHERE status = 'cancelled'")
    assert used + cancelled == 10
    assert await shop.one("SELECT count(*) FROM admissions") == used
