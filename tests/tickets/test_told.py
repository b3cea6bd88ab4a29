"""Other services are told of orders without the secrets of their tickets."""

from datetime import UTC, datetime

from guichet.contracts.messages import tickets as messages
from guichet.tickets import told
from guichet.tickets.codes import order_code
from tests.tickets.conftest import HOLDER, Shop, buyer, wanted

AT = datetime(2027, 6, 15, 9, tzinfo=UTC)


async def test_what_is_told_of_an_order_opens_it_and_admits_nobody(shop: Shop) -> None:
    bought = await shop.selling.buy(wanted(await shop.event(), 2))
    payload = await shop.one("SELECT payload FROM outbox")
    told_of = messages.OrderConfirmed.model_validate_json(payload)
    assert told_of.order_code == order_code(bought.order.order_id)
    assert (told_of.total_minor, told_of.currency) == (5000, "EUR")
    assert [ticket.ticket_id for ticket in told_of.tickets] == [
        ticket.ticket_id for ticket in bought.tickets
    ]
    assert told_of.access_token is not None
    assert shop.links.opens(bought.order, told_of.access_token)
    assert not [ticket for ticket in bought.tickets if ticket.secret in payload]


async def test_a_failure_says_why_and_whether_money_comes_back(shop: Shop) -> None:
    event = await shop.event()
    offer = await shop.catalogue.offer(event)
    bought = await shop.selling.buy(wanted(event, by=buyer(4)))
    paid = told.failed(bought.order, offer, AT)
    assert (paid.is_refunded, paid.reason) == (True, "declined")
    assert paid.buyer.account_id == 4
    free = await shop.selling.buy(wanted(await shop.event(price_minor=0), payment_method=None))
    assert not told.failed(free.order, offer, AT).is_refunded


async def test_a_cancellation_names_the_tickets_and_their_price(shop: Shop) -> None:
    bought = await shop.selling.buy(wanted(await shop.event(price_minor=2500), 2))
    await shop.cancelling.cancel_ticket(bought.tickets[1], HOLDER)
    payload = await shop.one(
        "SELECT payload FROM outbox WHERE subject = 'tickets.ticket.cancelled'"
    )
    told_of = messages.TicketCancelled.model_validate_json(payload)
    assert [ticket.ticket_id for ticket in told_of.tickets] == [bought.tickets[1].ticket_id]
    assert (told_of.refund_minor, told_of.reason) == (2500, "holder")
