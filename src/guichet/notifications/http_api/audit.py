"""The audit log of templates, for administrators."""

from guichet.contracts.roles import Permission, require
from guichet.kernel.audit_reading import audit_router
from guichet.notifications.http_api.dependencies import PREFIX

router = audit_router(
    PREFIX,
    database_of=lambda request: request.app.state.notifications.database,
    authorize=lambda caller: require(caller, Permission.READ_AUDIT_LOG),
)
