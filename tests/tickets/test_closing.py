"""Money enters the ledger once, with its cause; nobody changes it; days are sealed in order."""

from datetime import timedelta

import asyncpg
import pytest
import time_machine

from guichet.contracts.messages.events import FeeOffer, TicketTypeOffer
from guichet.kernel.clock import now
from guichet.tickets.closing import Closing, broken_days
from guichet.tickets.repository import ledger as ledger_rows
from guichet.tickets.selling import Wanted
from tests.tickets.conftest import HOLDER, LEDGER, Shop, buyer, wanted


async def test_captures_and_refunds_are_entered_once(shop: Shop) -> None:
    event = await shop.event(price_minor=2500)
    bought = await shop.selling.buy(wanted(event, 2))
    await shop.selling.buy(wanted(event, 1, by=buyer(2)))
    await shop.cancelling.cancel_ticket(bought.tickets[0], HOLDER)
    async with shop.database.hot.acquire() as connection:
        await ledger_rows.transfer_captures(connection, [bought.order])
        await ledger_rows.transfer_refund(connection, 1)
        story = await ledger_rows.transfers_of_order(connection, bought.order.order_id)
        totals = await ledger_rows.account_balances(connection)
    assert [(t.reference, t.amount_minor) for t in story] == [
        ("capture-1", 5000),
        ("refund-1", 2500),
    ]
    assert totals == [("organiser:3", "EUR", -5000), ("provider", "EUR", 5000)]
    assert story[0].provider_reference == (bought.order.payment or bought).intent_id  # pyright: ignore[reportAttributeAccessIssue] - it was paid


async def test_fees_and_vat_leave_the_organisers_account_and_come_back(shop: Shop) -> None:
    types = [
        TicketTypeOffer(
            ticket_type_id=7, name="A", price_minor=2110, capacity=9, vat_basis_points=550
        )
    ]
    event = await shop.event(ticket_types=types, fee=FeeOffer(fixed_minor=120))
    asked = Wanted(buyer(), event, 2, (), payment_method="pm_card_visa")
    bought = await shop.selling.buy(asked)
    async with shop.database.hot.acquire() as connection:
        story = await ledger_rows.transfers_of_order(connection, bought.order.order_id)
        assert [
            (t.reference, t.debit_account, t.credit_account, t.amount_minor) for t in story
        ] == [
            ("capture-1", "provider", "organiser:3", 4460),
            ("fee-1", "organiser:3", "fees", 200),
            ("fee_vat-1-2000", "organiser:3", "vat:platform:2000", 40),
            ("vat-1-550", "organiser:3", "vat:3:550", 220),
        ]
        for ticket in bought.tickets:
            await shop.cancelling.cancel_ticket(ticket, HOLDER)
        totals = await ledger_rows.account_balances(connection)
    assert {balance for _, _, balance in totals} == {0}
    assert len(totals) == 5


async def test_a_declined_or_free_order_moves_no_money(shop: Shop) -> None:
    free = await shop.event(price_minor=0)
    await shop.selling.buy(wanted(free))
    paid = await shop.event()
    with pytest.raises(Exception, match="payment_declined"):
        await shop.selling.buy(wanted(paid, payment_method="pm_card_visa_chargeDeclined"))
    assert await shop.one("SELECT count(*) FROM ledger_transfers") == 0


@pytest.mark.parametrize("table", LEDGER)
@pytest.mark.parametrize("change", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {}"])
async def test_the_database_refuses_every_change(shop: Shop, table: str, change: str) -> None:
    await shop.selling.buy(wanted(await shop.event()))
    column = "amount_minor = 1" if table == "ledger_transfers" else "transfers = 1"
    with pytest.raises(asyncpg.RaiseError, match="only grows"):
        await shop.one(change.format(table, column))


async def test_days_are_sealed_once_in_order_and_a_change_shows(shop: Shop) -> None:
    closing = Closing(shop.database)
    event = await shop.event()
    await shop.selling.buy(wanted(event))
    assert await closing.close_ended_days() == [], "today has not ended"
    with time_machine.travel(now() + timedelta(days=1, hours=2), tick=True):
        (first,) = await closing.close_ended_days()
        assert await closing.close_ended_days() == []
    assert first.transfers == 1
    await shop.selling.buy(wanted(event, by=buyer(2)))
    with time_machine.travel(now() + timedelta(days=2, hours=2), tick=True):
        (second,) = await closing.close_ended_days()
    assert second.transfers == 1
    async with shop.database.hot.acquire() as connection:
        assert await broken_days(connection) == []
        await connection.execute("ALTER TABLE ledger_transfers DISABLE TRIGGER USER")
        await connection.execute(
            "UPDATE ledger_transfers SET amount_minor = 1 WHERE reference = 'capture-1'"
        )
        assert await broken_days(connection) == [first.day]
