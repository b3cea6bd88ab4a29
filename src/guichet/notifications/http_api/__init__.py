"""The routes of notifications."""

from guichet.contracts.roles import require_manages_queues
from guichet.kernel.queues_api import queues_router
from guichet.notifications.http_api.administration import router as administration
from guichet.notifications.http_api.audit import router as audit
from guichet.notifications.http_api.dependencies import PREFIX
from guichet.notifications.http_api.inbox import router as inbox
from guichet.notifications.http_api.internal import router as internal
from guichet.notifications.http_api.templates import router as templates

ROUTERS = (
    queues_router(PREFIX, require_manages_queues),
    audit,
    inbox,
    administration,
    templates,
    internal,
)
