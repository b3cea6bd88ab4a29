"""The HTTP interface of tickets."""

from guichet.tickets.http_api import hot, internal, orders, tickets

ROUTERS = (orders.router, tickets.router, internal.router)
hot_routes = hot.routes

__all__ = ["ROUTERS", "hot_routes"]
