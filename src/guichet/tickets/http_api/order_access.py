"""Who may read an order: its buyer, its event's organiser, administrators, who has the link."""

from guichet.contracts.roles import Permission, may
from guichet.kernel.tokens import Principal
from guichet.tickets.codes import order_id_of
from guichet.tickets.context import Context
from guichet.tickets.domain import Order
from guichet.tickets.http_api.deps import check_named
from guichet.tickets.links import OrderLinks
from guichet.tickets.organising import runs
from guichet.tickets.problems import OrderNotFound


async def readable_order(
    context: Context, code: str, caller: Principal | None, access: str | None
) -> Order:
    """Return the order; raises `OrderNotFound` where the caller may not know of it."""
    check_named(caller, access)
    order_id = order_id_of(code)
    if order_id is None:
        raise OrderNotFound
    order = await context.selling.order(order_id)
    if opens_as_buyer(order, caller, access, context.links):
        return order
    if may(caller, Permission.CREATE_EVENTS) and caller is not None:
        offer = await context.catalogue.offer(order.event_id)
        if runs(offer.creator_id, caller):
            return order
    raise OrderNotFound


def opens_as_buyer(
    order: Order, caller: Principal | None, access: str | None, links: OrderLinks
) -> bool:
    """Return whether the caller sees all of an order: as buyer, by the link, as administrator."""
    is_own = caller is not None and caller.account_id == order.buyer.account_id
    return is_own or may(caller, Permission.LIST_ALL_TICKETS) or links.opens(order, access)


def check_may_read(
    order: Order, caller: Principal | None, access: str | None, links: OrderLinks
) -> None:
    """Raise `OrderNotFound` for whom `opens_as_buyer` refuses."""
    if not opens_as_buyer(order, caller, access, links):
        raise OrderNotFound
