"""The door finds tickets by name and number, and a supervisor takes an admission back."""

import asyncio
import json

import pytest

from guichet.kernel.problems import Forbidden
from guichet.kernel.tokens import Principal
from guichet.tickets import door as module
from guichet.tickets.admission import AdmissionRequest
from guichet.tickets.codes import order_code, ticket_number
from guichet.tickets.domain import Buyer, Ticket
from guichet.tickets.door import Door
from guichet.tickets.problems import AlreadyUsed, NotAdmitted, TicketNotFound
from tests.tickets.conftest import Shop, wanted
from tests.tickets.people import ADMIN, CREATOR, OPERATOR, OTHER_CREATOR, USER


def named(number: int, name: str) -> Buyer:
    return Buyer(number, name, f"compte{number}@example.com", "fr")


async def names(shop: Shop, event_id: int, text: str) -> list[str]:
    found, _more = await Door(shop.database).search(event_id, text)
    return [each.buyer_name for each in found]


async def admitted(shop: Shop) -> Ticket:
    """Return a ticket that has just admitted its holder."""
    (ticket,) = (await shop.selling.buy(wanted(await shop.event(price_minor=0)))).tickets
    request = AdmissionRequest(ticket.ticket_id, None, admitted_by=50, place="Nord")
    return (await shop.admissions.admit(request)).ticket


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("éLODIE", ["Élodie Brûlé"]),
        ("elodie", ["Élodie Brûlé"]),
        ("brule elo", ["Élodie Brûlé"]),
        ("e", ["Élodie Brûlé", "Marc Dupré"]),
        ("dupre marc", ["Marc Dupré"]),
        ("%", []),
        ("_", []),
        ("compte8", []),
        ("nobody", []),
        ("   ", []),
    ],
)
async def test_every_word_is_part_of_the_name(shop: Shop, text: str, expected: list[str]) -> None:
    event_id = await shop.event(price_minor=0)
    await shop.selling.buy(wanted(event_id, by=named(8, "Élodie Brûlé")))
    await shop.selling.buy(wanted(event_id, by=named(9, "Marc Dupré")))
    assert await names(shop, event_id, text) == expected


async def test_a_number_or_a_code_finds_its_own(shop: Shop) -> None:
    event_id = await shop.event(price_minor=0)
    bought = await shop.selling.buy(wanted(event_id, 2))
    await shop.selling.buy(wanted(event_id, by=named(9, "Marc Dupré")))
    ticket = bought.tickets[0]
    by_number, _ = await Door(shop.database).search(event_id, ticket_number(ticket.ticket_id))
    assert [each.ticket_id for each in by_number] == [ticket.ticket_id]
    code = order_code(bought.order.order_id).lower()
    by_code, _ = await Door(shop.database).search(event_id, code)
    assert {each.ticket_id for each in by_code} == {each.ticket_id for each in bought.tickets}


async def test_other_events_tickets_are_not_found(shop: Shop) -> None:
    here, there = await shop.event(price_minor=0), await shop.event(price_minor=0)
    bought = await shop.selling.buy(wanted(there))
    assert await names(shop, here, "compte") == []
    assert await names(shop, here, ticket_number(bought.tickets[0].ticket_id)) == []


async def test_more_than_a_page_is_said_to_be_more(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FOUND_MAX", 2)
    event_id = await shop.event(price_minor=0)
    await shop.selling.buy(wanted(event_id, 2))
    found, more = await Door(shop.database).search(event_id, "compte")
    assert (len(found), more) == (2, False)
    await shop.selling.buy(wanted(event_id, 1))
    found, more = await Door(shop.database).search(event_id, "compte")
    assert (len(found), more) == (2, True)


@pytest.mark.parametrize("who", [CREATOR, ADMIN])
async def test_an_admission_taken_back_admits_again(shop: Shop, who: Principal) -> None:
    ticket = await admitted(shop)
    await Door(shop.database).undo_admission(ticket.ticket_id, who, "mauvais billet scanné")
    (row,) = await shop.rows("SELECT * FROM tickets")
    assert (row["status"], row["used_at"], row["used_by"]) == ("confirmed", None, None)
    (kept,) = await shop.rows("SELECT * FROM admissions")
    assert (kept["undone_by"], kept["undo_reason"]) == (who.account_id, "mauvais billet scanné")
    assert kept["admitted_at"] == ticket.used_at
    again = await shop.admissions.admit(AdmissionRequest(ticket.ticket_id, ticket.secret, 50))
    assert again.ticket.used_at is not None
    with pytest.raises(AlreadyUsed):
        await shop.admissions.admit(AdmissionRequest(ticket.ticket_id, ticket.secret, 50))
    assert await shop.one("SELECT count(*) FROM admissions") == 2


async def test_others_are_told_which_use_was_taken_back(shop: Shop) -> None:
    ticket = await admitted(shop)
    await Door(shop.database).undo_admission(ticket.ticket_id, ADMIN, "erreur")
    stored = await shop.one("SELECT payload FROM outbox WHERE subject = 'tickets.admission.undone'")
    told = json.loads(stored)
    assert (told["ticket_id"], told["undone_by"]) == (ticket.ticket_id, ADMIN.account_id)
    assert ticket.used_at is not None
    assert told["used_at"] == ticket.used_at.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("who", "refusal"), [(USER, Forbidden), (OPERATOR, Forbidden), (OTHER_CREATOR, TicketNotFound)]
)
async def test_who_only_admits_takes_nothing_back(
    shop: Shop, who: Principal, refusal: type[Exception]
) -> None:
    ticket = await admitted(shop)
    with pytest.raises(refusal):
        await Door(shop.database).undo_admission(ticket.ticket_id, who, "erreur")
    assert await shop.one("SELECT status FROM tickets") == "used"


async def test_an_unused_ticket_has_nothing_to_take_back(shop: Shop) -> None:
    (ticket,) = (await shop.selling.buy(wanted(await shop.event(price_minor=0)))).tickets
    with pytest.raises(NotAdmitted):
        await Door(shop.database).undo_admission(ticket.ticket_id, ADMIN, "erreur")
    with pytest.raises(TicketNotFound):
        await Door(shop.database).undo_admission(999_999_999, ADMIN, "erreur")


async def test_of_many_who_take_back_and_admit_every_step_is_one(shop: Shop) -> None:
    """Whatever the order, admissions that stand are never more than one a ticket."""
    ticket = await admitted(shop)
    door = Door(shop.database)
    answers = await asyncio.gather(
        *(door.undo_admission(ticket.ticket_id, ADMIN, "erreur") for _ in range(10)),
        *(
            shop.admissions.admit(AdmissionRequest(ticket.ticket_id, None, admitted_by=50))
            for _ in range(10)
        ),
        return_exceptions=True,
    )
    undone = sum(1 for answer in answers[:10] if not isinstance(answer, BaseException))
    again = sum(1 for answer in answers[10:] if not isinstance(answer, BaseException))
    standing = await shop.one("SELECT count(*) FROM admissions WHERE undone_at IS NULL")
    assert 1 + again - undone == standing
    assert standing == (await shop.one("SELECT status FROM tickets") == "used")
