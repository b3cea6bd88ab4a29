"""Each place of an order gets a ticket of its own."""

import pytest

from guichet.kernel.clock import now
from guichet.kernel.together import Together
from guichet.tickets.domain import Line, Order, OrderState
from guichet.tickets.new_tickets import create_tickets, places_of, tickets_by_order
from tests.tickets.conftest import buyer


def order(order_id: int, *quantities: int) -> Order:
    """Return a free order of that many places of each of its ticket types."""
    return Order(
        order_id=order_id,
        event_id=1,
        buyer=buyer(order_id),
        lines=tuple(Line(number, places) for number, places in enumerate(quantities, start=1)),
        total_minor=0,
        currency="EUR",
        state=OrderState.ISSUED,
        created_at=now(),
    )


async def test_each_place_has_a_ticket_with_an_id_and_a_secret_of_its_own() -> None:
    orders = [order(1, 2, 1), order(2, 3)]
    created = await create_tickets(Together(), orders, range(10, 20), now())
    assert places_of(orders) == len(created) == 6
    assert [ticket.ticket_id for ticket in created] == [10, 11, 12, 13, 14, 15]
    assert len({ticket.secret for ticket in created}) == 6
    assert [ticket.ticket_type_id for ticket in created] == [1, 1, 2, 1, 1, 1]
    by_order = tickets_by_order(created)
    assert {key: len(tickets) for key, tickets in by_order.items()} == {1: 3, 2: 3}
    assert {ticket.account_id for ticket in by_order[2]} == {2}


async def test_places_without_an_id_are_never_left_out() -> None:
    with pytest.raises(ValueError, match="fewer ids than places"):
        await create_tickets(Together(), [order(1, 3)], [1, 2], now())
