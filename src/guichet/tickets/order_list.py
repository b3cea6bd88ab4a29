"""The orders that staff look through: an organiser's own events', all for an administrator."""

from dataclasses import replace

from guichet.contracts.roles import Permission, may
from guichet.kernel.database import Database
from guichet.kernel.paging import PageAsked
from guichet.kernel.problems import Forbidden
from guichet.kernel.tokens import Principal
from guichet.tickets.repository import order_list as rows
from guichet.tickets.repository.order_list import ListedOrder, OrdersWanted


async def list_orders(
    database: Database, caller: Principal, wanted: OrdersWanted, asked: PageAsked
) -> tuple[list[ListedOrder], int]:
    """Return a page of what the caller may see of the orders wanted, newest first, and how many.

    Raises `Forbidden` for who runs no events.
    """
    sees_all = may(caller, Permission.LIST_ALL_TICKETS)
    if not sees_all and not may(caller, Permission.LIST_TICKETS_OF_OWN_EVENTS):
        raise Forbidden
    seen = wanted if sees_all else replace(wanted, creator_id=caller.account_id)
    async with database.reading() as connection:
        return await rows.orders_page(connection, seen, asked)
