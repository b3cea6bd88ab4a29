"""Which orders staff see: all for an administrator, those of own events for an organiser."""

import pytest

from guichet.kernel.paging import PageAsked, Total
from guichet.kernel.problems import Forbidden
from guichet.tickets.order_list import list_orders
from guichet.tickets.repository.order_list import OrdersWanted
from tests.tickets.conftest import Shop, wanted
from tests.tickets.people import principal

FIRST = PageAsked(1, 20)


async def test_an_organiser_cannot_ask_for_what_others_sell(shop: Shop) -> None:
    event = await shop.event()
    await shop.selling.buy(wanted(event, 2))
    for role, account_id, number in [
        ("admin", 90, 1),
        ("event_creator", 3, 1),
        ("event_creator", 33, 0),
    ]:
        asked = OrdersWanted(event_id=event)
        found, total = await list_orders(shop.database, principal(account_id, role), asked, FIRST)
        assert (len(found), total) == (number, Total(number)), role
    claimed = OrdersWanted(creator_id=3)
    found, _ = await list_orders(shop.database, principal(33, "event_creator"), claimed, FIRST)
    assert found == [], "whose events are meant is not the caller's to say"


async def test_others_see_none(shop: Shop) -> None:
    for role in ("user", "operator"):
        with pytest.raises(Forbidden):
            await list_orders(shop.database, principal(1, role), OrdersWanted(), FIRST)
