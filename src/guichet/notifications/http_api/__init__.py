"""The routes of notifications."""

from guichet.notifications.http_api.administration import router as administration
from guichet.notifications.http_api.inbox import router as inbox
from guichet.notifications.http_api.internal import router as internal
from guichet.notifications.http_api.templates import router as templates

ROUTERS = (inbox, administration, templates, internal)
