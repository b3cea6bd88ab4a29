"""The audit log of accounts and roles, for administrators."""

from guichet.contracts.roles import Permission, require
from guichet.kernel.audit_reading import audit_router

router = audit_router(
    "/api/v1/auth",
    database_of=lambda request: request.app.state.context.database,
    authorize=lambda caller: require(caller, Permission.READ_AUDIT_LOG),
)
