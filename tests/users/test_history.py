"""Whatever arrives in whatever order, any number of times: the history ends up the same."""

import itertools
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from guichet.contracts.messages.events import EventCancelled, EventRescheduled, EventSnapshot
from guichet.contracts.messages.tickets import (
    AdmissionUndone,
    Buyer,
    OrderConfirmed,
    OrdersClaimed,
    SoldEvent,
    SoldTicket,
    TicketCancelled,
    TicketUsed,
)
from guichet.kernel.database import Database, Transaction
from guichet.users import consumers, use_cases
from guichet.users.domain import Purchase
from guichet.users.repository import purchase_rows
from tests.users.conftest import new_account_id

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)
STARTS_AT = datetime(2027, 6, 15, 18, tzinfo=UTC)
# Far from the events of other folders' tests, whose messages come over the same NATS.
_numbers = itertools.count(1_000_000)


def confirmed(account_id: int | None, *, tickets: int = 1, at: datetime = NOON) -> OrderConfirmed:
    """Return an order of tickets at 20.00 each, for an event of its own."""
    number = next(_numbers)
    return OrderConfirmed(
        order_id=number,
        order_code=f"CODE-{number}",
        buyer=Buyer(account_id=account_id, name="Camille", email="c@example.com", language="fr"),
        event=SoldEvent(
            event_id=number,
            title="Concert",
            starts_at=STARTS_AT,
            time_zone="Europe/Paris",
            location="Lyon",
        ),
        tickets=[
            SoldTicket(
                ticket_id=100 * number + place,
                ticket_number=f"TKT-{number}-{place}",
                ticket_type="Standard",
                price_minor=2000,
            )
            for place in range(tickets)
        ],
        total_minor=2000 * tickets,
        currency="EUR",
        access_token="t",
        occurred_at=at,
    )


def cancelled(order: OrderConfirmed, count: int, *, skip: int = 0) -> TicketCancelled:
    """Return the cancellation of so many of its tickets, an hour later."""
    tickets = order.tickets[skip : skip + count]
    return TicketCancelled(
        order_id=order.order_id,
        order_code=order.order_code,
        buyer=order.buyer,
        event=order.event,
        tickets=tickets,
        refund_minor=sum(ticket.price_minor for ticket in tickets),
        currency="EUR",
        reason="holder",
        occurred_at=order.occurred_at + timedelta(hours=1),
    )


def used(order: OrderConfirmed, place: int) -> TicketUsed:
    """Return the admission of one of its tickets, two hours later."""
    ticket = order.tickets[place]
    return TicketUsed(
        ticket_id=ticket.ticket_id,
        ticket_number=ticket.ticket_number,
        order_code=order.order_code,
        event_id=order.event.event_id,
        account_id=order.buyer.account_id,
        admitted_by=3,
        occurred_at=order.occurred_at + timedelta(hours=2),
    )


def undone(admission: TicketUsed) -> AdmissionUndone:
    """Return the end of an admission, some minutes later."""
    return AdmissionUndone(
        ticket_id=admission.ticket_id,
        ticket_number=admission.ticket_number,
        order_code=admission.order_code,
        event_id=admission.event_id,
        account_id=admission.account_id,
        undone_by=3,
        used_at=admission.occurred_at,
        occurred_at=admission.occurred_at + timedelta(minutes=2),
    )


def snapshot(order: OrderConfirmed, version: int, **more: Any) -> EventSnapshot:
    """Return the order's event as its organiser has it at that version."""
    content: dict[str, Any] = {
        "event_id": order.event.event_id,
        "version": version,
        "title": "Concert",
        "status": "published",
        "creator_id": 3,
        "starts_at": STARTS_AT,
        "time_zone": "Europe/Paris",
        "location": "Lyon",
        "currency": "EUR",
        "per_order_max": 10,
        "ticket_types": [],
        **more,
    }
    return EventSnapshot.model_validate(content)


async def history_of(database: Database, account_id: int) -> list[Purchase]:
    async with database.reading() as connection:
        found, total = await purchase_rows.list_purchases(
            connection, account_id, limit=None, offset=0
        )
    assert total == len(found)
    return found


Step = Callable[[Transaction], Awaitable[None]]


def _steps(account_id: int) -> tuple[OrderConfirmed, list[Step]]:
    """Return everything that can happen to one order, as calls of the consumers."""
    order = confirmed(account_id, tickets=4)
    moved = EventRescheduled(
        event=snapshot(order, 2, starts_at=STARTS_AT + timedelta(days=1)),
        previous_starts_at=STARTS_AT,
        occurred_at=NOON + timedelta(minutes=1),
    )
    ended = EventCancelled(
        event=snapshot(
            order, 3, status="cancelled", starts_at=STARTS_AT + timedelta(days=1), title="Annulé"
        ),
        occurred_at=NOON + timedelta(minutes=2),
    )
    calls: list[tuple[Callable[..., Awaitable[None]], Any]] = [
        (consumers.on_order_confirmed, order),
        (consumers.on_ticket_used, used(order, 0)),
        (consumers.on_tickets_cancelled, cancelled(order, 2, skip=1)),
        (consumers.on_event, moved),
        (consumers.on_event, ended),
    ]

    def step(call: Callable[..., Awaitable[None]], message: Any) -> Step:
        return lambda transaction: call(transaction, message)

    return order, [step(call, message) for call, message in calls]


@pytest.mark.parametrize("seed", range(20))
async def test_any_order_and_repetition_ends_the_same(database: Database, seed: int) -> None:
    account_id = new_account_id()
    order, steps = _steps(account_id)
    sequence = steps + random.Random(seed).choices(steps, k=4)  # noqa: S311 - a test's shuffle
    random.Random(seed).shuffle(sequence)  # noqa: S311 - the same
    for step in sequence:
        async with database.transaction() as transaction:
            await step(transaction)
    (purchase,) = await history_of(database, account_id)
    assert [ticket.state for ticket in purchase.tickets] == [
        "used",
        "cancelled",
        "cancelled",
        "confirmed",
    ]
    assert [ticket.ticket_number for ticket in purchase.tickets] == [
        ticket.ticket_number for ticket in order.tickets
    ]
    assert (purchase.total_minor, purchase.refunded_minor) == (8000, 4000)
    assert purchase.confirmed_at == NOON
    assert purchase.event.title == "Annulé"
    assert purchase.event.status == "cancelled"
    assert purchase.event.starts_at == STARTS_AT + timedelta(days=1)


@pytest.mark.parametrize("sequence", list(itertools.permutations(range(4))))
async def test_a_use_taken_back_and_a_later_one_come_in_any_order(
    database: Database, sequence: tuple[int, ...]
) -> None:
    """The first ticket is used, taken back and used again; the second one taken back."""
    account_id = new_account_id()
    order = confirmed(account_id, tickets=2)
    first, second = used(order, 0), used(order, 1)
    again = first.model_copy(update={"occurred_at": first.occurred_at + timedelta(minutes=5)})
    calls: list[tuple[Callable[..., Awaitable[None]], list[Any]]] = [
        (consumers.on_ticket_used, [first, second]),
        (consumers.on_admission_undone, [undone(first), undone(second)]),
        (consumers.on_ticket_used, [again]),
        (consumers.on_order_confirmed, [order]),
    ]
    for place in sequence:
        call, messages = calls[place]
        for message in messages:
            async with database.transaction() as transaction:
                await call(transaction, message)
    (purchase,) = await history_of(database, account_id)
    assert [ticket.used_at for ticket in purchase.tickets] == [again.occurred_at, None]
    assert [ticket.state for ticket in purchase.tickets] == ["used", "confirmed"]


async def test_a_ticket_that_was_used_and_then_cancelled_is_cancelled(database: Database) -> None:
    account_id = new_account_id()
    order = confirmed(account_id)
    async with database.transaction() as transaction:
        await consumers.on_order_confirmed(transaction, order)
        await consumers.on_tickets_cancelled(transaction, cancelled(order, 1))
        await consumers.on_ticket_used(transaction, used(order, 0))
    (purchase,) = await history_of(database, account_id)
    assert (purchase.tickets[0].state, purchase.state) == ("cancelled", "cancelled")


async def test_an_older_version_of_an_event_changes_nothing(database: Database) -> None:
    account_id = new_account_id()
    order = confirmed(account_id)
    later = snapshot(order, 7, title="Late")
    async with database.transaction() as transaction:
        await consumers.on_order_confirmed(transaction, order)
        for event in (later, snapshot(order, 6, title="Early")):
            await consumers.on_event(transaction, EventCancelled(event=event, occurred_at=NOON))
        await consumers.on_order_confirmed(
            transaction, order.model_copy(update={"occurred_at": NOON + timedelta(days=1)})
        )
    (purchase,) = await history_of(database, account_id)
    assert purchase.event.title == "Late"


async def test_the_newest_order_says_how_an_event_stands(database: Database) -> None:
    account_id = new_account_id()
    first = confirmed(account_id)
    moved = first.event.model_copy(update={"starts_at": STARTS_AT + timedelta(days=2)})
    second = first.model_copy(
        update={
            "order_code": f"{first.order_code}-B",
            "event": moved,
            "tickets": [],
            "occurred_at": NOON + timedelta(hours=1),
        }
    )
    for orders in ([first, second], [second, first]):
        for order in orders:
            async with database.transaction() as transaction:
                await consumers.on_order_confirmed(transaction, order)
        newest, _ = await history_of(database, account_id)
        assert newest.order_code == second.order_code
        assert newest.event.starts_at == moved.starts_at


@pytest.mark.parametrize("claimed_first", [True, False])
async def test_a_guest_s_order_is_kept_once_it_is_claimed(
    database: Database, claimed_first: bool
) -> None:
    account_id = new_account_id()
    order = confirmed(None, tickets=2)
    claim = OrdersClaimed(account_id=account_id, orders=[order], occurred_at=NOON)
    async with database.transaction() as transaction:
        await consumers.on_order_confirmed(transaction, order)
    if claimed_first:
        async with database.transaction() as transaction:
            await consumers.on_orders_claimed(transaction, claim)
    else:
        assert await history_of(database, account_id) == []
    async with database.transaction() as transaction:
        await consumers.on_tickets_cancelled(transaction, cancelled(order, 1))
        await consumers.on_ticket_used(transaction, used(order, 1))
    async with database.transaction() as transaction:
        await consumers.on_orders_claimed(transaction, claim)
    (purchase,) = await history_of(database, account_id)
    assert [ticket.state for ticket in purchase.tickets] == ["cancelled", "used"]
    assert purchase.refunded_minor == 2000


async def test_a_deleted_person_gets_no_history_again(database: Database) -> None:
    account_id = new_account_id()
    order = confirmed(account_id)
    async with database.transaction() as transaction:
        await consumers.on_order_confirmed(transaction, order)
    async with database.transaction() as transaction:
        await use_cases.erase(transaction, account_id, NOON)
    assert await history_of(database, account_id) == []
    async with database.transaction() as transaction:
        await consumers.on_order_confirmed(transaction, order)
        await consumers.on_tickets_cancelled(transaction, cancelled(order, 1))
        await consumers.on_ticket_used(transaction, used(order, 0))
        claim = OrdersClaimed(account_id=account_id, orders=[order], occurred_at=NOON)
        await consumers.on_orders_claimed(transaction, claim)
    assert await history_of(database, account_id) == []


async def test_newest_purchases_come_first_and_by_page(database: Database) -> None:
    account_id = new_account_id()
    orders = [confirmed(account_id, at=NOON + timedelta(hours=hour)) for hour in range(5)]
    async with database.transaction() as transaction:
        for order in orders:
            await consumers.on_order_confirmed(transaction, order)
    async with database.reading() as connection:
        page, total = await purchase_rows.list_purchases(connection, account_id, limit=2, offset=2)
    assert total == 5
    assert [purchase.order_code for purchase in page] == [
        orders[2].order_code,
        orders[1].order_code,
    ]
