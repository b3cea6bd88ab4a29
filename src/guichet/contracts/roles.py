"""What each role may do: the one table. Ownership is checked in each domain."""

from enum import StrEnum

from guichet.kernel.problems import Forbidden
from guichet.kernel.tokens import Principal


class Role(StrEnum):
    """The four roles; everybody registers as `user`, an administrator grants the others."""

    ADMIN = "admin"
    EVENT_CREATOR = "event_creator"
    OPERATOR = "operator"
    USER = "user"


class Permission(StrEnum):
    """Something that a role may do beyond what everybody may do with what is their own."""

    MANAGE_ACCOUNTS = "manage_accounts"
    READ_ALL_PROFILES = "read_all_profiles"
    READ_BASIC_PROFILES = "read_basic_profiles"
    CREATE_EVENTS = "create_events"
    MANAGE_ALL_EVENTS = "manage_all_events"
    LIST_TICKETS_OF_OWN_EVENTS = "list_tickets_of_own_events"
    LIST_ALL_TICKETS = "list_all_tickets"
    ADMIT_ANYWHERE = "admit_anywhere"
    CANCEL_ANY_TICKET = "cancel_any_ticket"
    GRANT_GOODWILL = "grant_goodwill"
    UNDO_ANY_ADMISSION = "undo_any_admission"
    MANAGE_NOTIFICATIONS = "manage_notifications"
    MANAGE_QUEUES = "manage_queues"
    RECONCILE = "reconcile"
    READ_BACKUPS = "read_backups"
    READ_AUDIT_LOG = "read_audit_log"


_P = Permission
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.EVENT_CREATOR: frozenset(
        {_P.READ_BASIC_PROFILES, _P.CREATE_EVENTS, _P.LIST_TICKETS_OF_OWN_EVENTS}
    ),
    Role.OPERATOR: frozenset({_P.READ_BASIC_PROFILES, _P.ADMIT_ANYWHERE}),
    Role.USER: frozenset(),
}


def may(principal: Principal | None, permission: Permission) -> bool:
    """Return whether the caller's role includes the permission; nobody's never does."""
    if principal is None or principal.role not in set(Role):
        return False
    return permission in PERMISSIONS[Role(principal.role)]


def require_manages_queues(principal: Principal) -> None:
    """Raise `Forbidden` where the caller may not see and retry what waits between services."""
    require(principal, Permission.MANAGE_QUEUES)


def require(principal: Principal, permission: Permission) -> None:
    """Raise `Forbidden` where the caller's role does not include the permission."""
    if not may(principal, permission):
        raise Forbidden
