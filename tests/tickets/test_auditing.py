"""Money and stock enter the audit log once for each change, with who made it."""

from typing import Any

import pytest

from guichet.contracts.messages.events import TicketTypeOffer
from guichet.kernel.audit import entry_of
from guichet.kernel.context import Actor, acting, request_id
from guichet.kernel.tokens import ServiceTokens
from guichet.tickets import auditing
from guichet.tickets.catalogue import apply
from guichet.tickets.domain import Buyer
from tests.tickets.conftest import ADMINISTRATOR, Shop, buyer, snapshot_of, wanted
from tests.tickets.http_api.conftest import (
    ADMIN,
    ALICE,
    OPERATOR,
    ORGANISER,
    SERVICE_SECRET,
    Front,
    Person,
    front,
)

__all__ = ["front"]


async def log_of(shop: Shop, action: str) -> list[Any]:
    rows = await shop.rows(
        "SELECT * FROM audit_entries WHERE action LIKE $1 ORDER BY entry_id", f"{action}%"
    )
    return [entry_of(row) for row in rows]


async def test_a_capture_is_entered_once_for_its_buyer_and_request(shop: Shop) -> None:
    event = await shop.event(price_minor=2500)
    token = request_id.set("request-of-alice")
    try:
        order = (await shop.selling.buy(wanted(event, 2))).order
    finally:
        request_id.reset(token)
    (entry,) = await log_of(shop, "tickets.payment")
    assert (entry.action, entry.subject) == ("tickets.payment.captured", f"order:{order.order_id}")
    assert (entry.actor_id, entry.actor_role) == (1, "buyer")
    assert entry.request_id == "request-of-alice"
    assert entry.before == {"captured_minor": 0}
    assert entry.after == {"captured_minor": 5000, "currency": "EUR"}


async def test_captures_of_one_batch_keep_their_own_buyers(shop: Shop) -> None:
    event = await shop.event(capacity=50)
    await shop.selling.buy(wanted(event))
    guest = Buyer(None, "Invitée", "guest@example.com", "fr")
    await shop.selling.buy(wanted(event, by=buyer(2)))
    await shop.selling.buy(wanted(event, by=guest))
    found = await log_of(shop, "tickets.payment")
    assert [entry.actor_id for entry in found] == [1, 2, None]
    assert "guest@example.com" not in str(found)


async def test_what_moves_no_money_enters_nothing(shop: Shop) -> None:
    await shop.selling.buy(wanted(await shop.event(price_minor=0)))
    paid = await shop.event()
    with pytest.raises(Exception, match="payment_declined"):
        await shop.selling.buy(wanted(paid, payment_method="pm_card_visa_chargeDeclined"))
    assert await log_of(shop, "tickets.payment") == []
    assert await log_of(shop, "tickets.refund") == []


async def test_a_refund_is_entered_when_asked_for_and_when_done(shop: Shop) -> None:
    bought = await shop.selling.buy(wanted(await shop.event(price_minor=2500), 2))
    token = acting.set(Actor(90, "admin"))
    try:
        await shop.cancelling.cancel_ticket(bought.tickets[0], ADMINISTRATOR)
    finally:
        acting.reset(token)
    requested, completed = await log_of(shop, "tickets.refund")
    assert requested.action == "tickets.refund.requested"
    assert (requested.actor_id, requested.reason) == (90, "administrator")
    assert requested.subject == completed.subject == f"order:{bought.order.order_id}"
    assert requested.before is None
    assert requested.after == {"refund_id": 1, "amount_minor": 2500, "status": "pending"}
    assert completed.action == "tickets.refund.completed"
    assert completed.after == {"refund_id": 1, "amount_minor": 2500, "status": "completed"}


def test_a_persons_words_stand_beside_the_reason_of_a_refund() -> None:
    entered = auditing.refund_requested(7, 1, 2500, "administrator", "Doctor's note")
    assert (entered.reason, (entered.after or {})["note"]) == ("administrator", "Doctor's note")
    assert "note" not in (auditing.refund_requested(7, 1, 2500, "holder").after or {})


async def test_a_refund_that_the_worker_carries_out_is_the_systems(shop: Shop) -> None:
    bought = await shop.selling.buy(wanted(await shop.event()))
    await shop.refunds.request_whole(bought.order)
    await shop.refunds.request_whole(bought.order)
    await shop.refunds.carry_out_due()
    found = await log_of(shop, "tickets.refund")
    assert [(entry.action, entry.actor_id, entry.actor_role) for entry in found] == [
        ("tickets.refund.requested", None, "system"),
        ("tickets.refund.completed", None, "system"),
    ]


async def test_limits_are_entered_as_they_change(shop: Shop) -> None:
    event = await shop.event(capacity=10, price_minor=2500)
    await shop.catalogue.accept(snapshot_of(event, 10, 2500, version=2))
    await shop.catalogue.accept(snapshot_of(event, 8, 2500, version=3))
    await shop.selling.buy(wanted(event, 3))
    other = TicketTypeOffer(ticket_type_id=event + 500, name="Balcon", price_minor=900, capacity=4)
    last = snapshot_of(event, 8, 2500, version=4, ticket_types=[other])
    async with shop.database.hot.acquire() as connection, connection.transaction():
        await apply(connection, last, is_strict=False)
        await apply(connection, last, is_strict=False)
    found = await log_of(shop, "tickets.stock")
    terms = {"event_id": event, "vat_basis_points": 0, "is_withdrawn": False}
    assert [(entry.action, entry.subject, entry.before, entry.after) for entry in found] == [
        (
            "tickets.stock.limited",
            f"ticket_type:{event}",
            None,
            {**terms, "price_minor": 2500, "capacity": 10},
        ),
        ("tickets.stock.limited", f"ticket_type:{event}", {"capacity": 10}, {"capacity": 8}),
        (
            "tickets.stock.withdrawn",
            f"ticket_type:{event}",
            {"capacity": 8, "is_withdrawn": False},
            {"capacity": 3, "is_withdrawn": True},
        ),
        (
            "tickets.stock.limited",
            f"ticket_type:{event + 500}",
            None,
            {**terms, "price_minor": 900, "capacity": 4},
        ),
    ]


async def test_a_promise_above_the_limit_is_what_is_entered(shop: Shop) -> None:
    event = await shop.event(capacity=10)
    await shop.selling.buy(wanted(event, 6))
    async with shop.database.hot.acquire() as connection, connection.transaction():
        await apply(connection, snapshot_of(event, 2, 2500, version=2), is_strict=False)
    assert (await log_of(shop, "tickets.stock"))[-1].after == {"capacity": 6}


async def test_an_administrator_reads_who_cancelled(front: Front) -> None:
    ticket = await front.ticket(await front.shop.event())
    cancelled = await front.ask("POST", f"/{ticket['id']}/cancel", by=ALICE)
    assert cancelled.status == 200, cancelled.body
    answer = await front.ask("GET", "/audit", by=ADMIN, query="action=tickets.refund")
    assert answer.status == 200, answer.body
    completed, requested = answer.json["data"]
    assert (requested["actor_id"], requested["actor_role"]) == (ALICE.account_id, "user")
    assert completed["action"] == "tickets.refund.completed"
    assert requested["request_id"] == cancelled.headers["x-request-id"]


@pytest.mark.parametrize("person", [ALICE, ORGANISER, OPERATOR])
async def test_nobody_else_reads_the_log(front: Front, person: Person) -> None:
    assert (await front.ask("GET", "/audit", by=person)).status == 403
    assert (await front.ask("GET", "/audit")).status == 401


async def test_what_events_asks_for_is_laid_to_whom_it_acts_for(front: Front) -> None:
    event = await front.shop.event(capacity=10)
    offer = snapshot_of(event, 9, 2500, version=2).model_dump_json().encode()
    token = ServiceTokens(SERVICE_SECRET, service="events").issue("tickets")
    headers = {"authorization": f"Bearer {token}", "x_acting": "3 event_creator"}
    answer = await front.ask("PUT", f"/internal/events/{event}/offer", offer, headers=headers)
    assert answer.status == 200, answer.body
    entry = (await log_of(front.shop, "tickets.stock"))[-1]
    assert (entry.actor_id, entry.actor_role, entry.after) == (3, "event_creator", {"capacity": 9})


async def test_nobody_acts_for_another_by_a_header(front: Front) -> None:
    ticket = await front.ticket(await front.shop.event())
    await front.ask("POST", f"/{ticket['id']}/cancel", by=ALICE, headers={"x_acting": "90 admin"})
    entries = await log_of(front.shop, "tickets.refund")
    assert {entry.actor_id for entry in entries} == {ALICE.account_id}
