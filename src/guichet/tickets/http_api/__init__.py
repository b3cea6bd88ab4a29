"""The HTTP interface of tickets."""

from guichet.contracts.roles import require_manages_queues
from guichet.kernel.hot_route import HotRoute
from guichet.kernel.queues_api import queues_router
from guichet.tickets.http_api import (
    audit,
    backups,
    documents,
    hot,
    internal,
    measuring,
    orders,
    payments,
    promo_codes,
    provider_messages,
    quotes,
    reconciliation,
    refunds,
    returned_refunds,
    staff,
    tickets,
)
from guichet.tickets.http_api.deps import PREFIX

ROUTERS = (
    queues_router(PREFIX, require_manages_queues),
    *staff.ROUTERS,
    audit.router,
    documents.router,
    orders.router,
    payments.router,
    reconciliation.router,
    refunds.router,
    returned_refunds.router,
    promo_codes.router,
    tickets.router,
    backups.router,
    internal.router,
)


def hot_routes(context_of: hot.ContextOf, *, with_no_op: bool = False) -> list[HotRoute]:
    """Return the routes served without FastAPI, for what each request would cost there."""
    measured = measuring.routes() if with_no_op else []
    return [
        *hot.routes(context_of),
        *quotes.routes(context_of),
        provider_messages.route(context_of),
        *measured,
    ]


__all__ = ["ROUTERS", "hot_routes"]
