"""The audit log of events and their terms, for administrators."""

from guichet.contracts.roles import Permission, require
from guichet.kernel.audit_reading import audit_router

router = audit_router(
    "/api/v1/events",
    database_of=lambda request: request.app.state.means.database,
    authorize=lambda caller: require(caller, Permission.READ_AUDIT_LOG),
)
