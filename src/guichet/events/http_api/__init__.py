"""The routes of events."""

from guichet.events.http_api import events, internal, parts, pictures

ROUTERS = [internal.router, events.router, parts.router, pictures.router]

__all__ = ["ROUTERS"]
