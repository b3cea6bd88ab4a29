"""The routes of events."""

from guichet.contracts.roles import require_manages_queues
from guichet.events.http_api import (
    audit,
    crawlers,
    duplicating,
    events,
    internal,
    parts,
    pictures,
)
from guichet.events.http_api.common import PREFIX
from guichet.kernel.queues_api import queues_router

ROUTERS = [
    internal.router,
    queues_router(PREFIX, require_manages_queues),
    audit.router,
    crawlers.router,
    events.router,
    duplicating.router,
    parts.router,
    pictures.router,
]

__all__ = ["ROUTERS"]
