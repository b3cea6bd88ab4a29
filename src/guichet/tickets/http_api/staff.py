"""The routes for who runs events, stands at their doors or administers them all."""

from guichet.tickets.http_api import door

ROUTERS = (door.router,)
