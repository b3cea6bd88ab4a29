"""The orders that staff look through: an organiser's own events', all for an administrator."""

from dataclasses import replace

from guichet.contracts.roles import Permission, may
from guichet.kernel.database import Database
from guichet.kernel.paging import PageAsked, Total
from guichet.kernel.problems import Forbidden
from guichet.kernel.tokens import Principal
from guichet.tickets.repository import order_list as rows
from guichet.tickets.repository.listing import take_in_searched as take_in
from guichet.tickets.repository.order_list import ListedOrder, OrdersWanted

SEARCHED_TAKEN_IN_SECONDS = 5.0


async def list_orders(
    database: Database, caller: Principal, wanted: OrdersWanted, asked: PageAsked
) -> tuple[list[ListedOrder], Total]:
    """Return a page of what the caller may see of the orders wanted, newest first, and how many.

    Raises `Forbidden` for who runs no events.
    """
    sees_all = may(caller, Permission.LIST_ALL_TICKETS)
    if not sees_all and not may(caller, Permission.LIST_TICKETS_OF_OWN_EVENTS):
        raise Forbidden
    seen = wanted if sees_all else replace(wanted, creator_id=caller.account_id)
    async with database.listing() as connection:
        return await rows.orders_page(connection, seen, asked)


async def take_in_searched(database: Database) -> None:
    """Keep searches fast: what sales have added to their index waits in a list until now.

    A purchase that found the list full would have to do this while others wait for its event.
    """
    async with database.hot.acquire() as connection:
        await take_in(connection)
