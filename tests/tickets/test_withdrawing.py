"""Tickets of several orders withdrawn in one commit: counters, refunds and messages agree."""

from guichet.kernel.clock import now
from guichet.tickets.giving_back import EVENT_CANCELLED, Withdrawal, paid_for, what_goes_back
from guichet.tickets.repository import orders as order_rows
from guichet.tickets.repository import stock as stock_rows
from guichet.tickets.withdrawing import withdraw
from tests.tickets.conftest import Shop, buyer, wanted


async def test_orders_of_one_event_are_withdrawn_together(shop: Shop) -> None:
    event = await shop.event(price_minor=2500, fee={"fixed_minor": 100})
    bought = [await shop.selling.buy(wanted(event, n, by=buyer(n))) for n in (1, 2)]
    left = [bought[0].tickets, bought[1].tickets[:1]]
    async with shop.database.hot.acquire() as connection, connection.transaction():
        offer = (await stock_rows.lock_offers(connection, [event]))[event]
        ids = [each.order.order_id for each in bought]
        orders = await order_rows.lock_orders(connection, ids)
        planned: list[Withdrawal] = []
        for order_id, tickets in zip(ids, left, strict=True):
            paid = paid_for(orders[order_id], tickets, {})
            backs = what_goes_back(tickets, paid, offer, EVENT_CANCELLED, 9999)
            planned.append(Withdrawal(orders[order_id], tickets, paid, backs, EVENT_CANCELLED))
        refund_ids = await withdraw(connection, offer, planned, now())
    assert set(refund_ids) == set(ids)
    assert await shop.stock(event) == (1, 0)
    allotted = await shop.rows("SELECT buyer, quantity FROM allotments ORDER BY buyer")
    assert [tuple(row) for row in allotted] == [("account:1", 0), ("account:2", 1)]
    states = await shop.rows("SELECT state FROM orders ORDER BY order_id")
    assert [row["state"] for row in states] == ["cancelled", "issued"]
    amounts = await shop.rows(
        "SELECT amount_minor, parts ->> 'fee_minor' AS fee FROM refunds ORDER BY order_id"
    )
    assert [tuple(row) for row in amounts] == [(2600, "100"), (2600, "100")]
    told = await shop.one("SELECT count(*) FROM outbox WHERE subject = 'tickets.ticket.cancelled'")
    assert told == 2
