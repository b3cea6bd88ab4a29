"""The HTTP interface of tickets."""

from guichet.contracts.roles import require_manages_queues
from guichet.kernel.queues_api import queues_router
from guichet.tickets.http_api import (
    audit,
    backups,
    hot,
    internal,
    orders,
    payments,
    staff,
    tickets,
)
from guichet.tickets.http_api.deps import PREFIX

ROUTERS = (
    queues_router(PREFIX, require_manages_queues),
    *staff.ROUTERS,
    audit.router,
    orders.router,
    payments.router,
    tickets.router,
    backups.router,
    internal.router,
)
hot_routes = hot.routes

__all__ = ["ROUTERS", "hot_routes"]
