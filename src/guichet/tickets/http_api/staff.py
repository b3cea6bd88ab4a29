"""The routes for who runs events, stands at their doors or administers them all."""

from guichet.tickets.http_api import (
    attendees,
    door,
    holder_messages,
    live,
    order_attention,
    order_list,
    overview,
    reports,
    resending,
)

ROUTERS = (
    attendees.router,
    door.router,
    holder_messages.router,
    live.router,
    order_attention.router,
    order_list.router,
    overview.router,
    reports.router,
    resending.router,
)
